-- Migration 7: what is asked behind the score.
PRAGMA user_version = 7;

-- Answers to further questions: a JSON object, sorted by key: a text, a number, or a sorted array of texts. NULL: none.
-- A text that was erased is null. What was said for "other" is the member behind its answer, under the key with
-- '/other' behind it, which no key has.
ALTER TABLE response ADD COLUMN answers TEXT;

-- Which revision the response had answered when it was first said. NULL: from before there were questions.
ALTER TABLE said_first ADD COLUMN revision INTEGER;

-- Every question that a survey has or has had. Its answers are counted under the number survey + slot * 2^32, as a
-- survey's are, in the tiers of all time and of days; slots are never given twice within a survey.
CREATE TABLE question (
    survey INTEGER NOT NULL REFERENCES survey,
    slot INTEGER NOT NULL, -- from 1
    key TEXT NOT NULL,
    type INTEGER NOT NULL, -- enum question_type of domain/question.h
    metric TEXT, -- of a scale, as a survey's; else NULL
    scale_min INTEGER NOT NULL, -- of a scale; else 0
    scale_max INTEGER NOT NULL,
    revision INTEGER NOT NULL, -- of the survey: the last that has it
    answered INTEGER NOT NULL, -- 1: somebody has answered it, so that its type and scale are fixed
    PRIMARY KEY (survey, slot),
    UNIQUE (survey, key)
) STRICT, WITHOUT ROWID;
