-- A database of schema 7, dumped from what cxd wrote when that was the newest. Its admin key:
-- cxs_DNS6oBsRytJPvNCnvLR0xGRho4tlcJBVR9OcmahluxA
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE survey (
    number INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    definition TEXT NOT NULL,
    metric TEXT NOT NULL,
    scale_min INTEGER NOT NULL,
    scale_max INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER NOT NULL -- 0: not archived
, generation INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO survey VALUES(1,'shop',2,'{"name":"Shop","metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":["plan","branch"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','nps',0,10,1795939908662,1795939910290,0,12);
INSERT INTO survey VALUES(2,'visit',1,'{"name":"Visit","metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"invited","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','csat',1,5,1795939909078,1795939909078,0,4);
INSERT INTO survey VALUES(3,'effort',1,'{"name":"Effort","metric":"ces","scale":{"min":1,"max":7},"method":"mean","direction":"lower_is_better","bands":{"satisfied_from":3,"dissatisfied_to":5},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":30,"recontact":"store","min_seconds":0,"retention_days":0,"retention":"delete"}','ces',1,7,1795939909109,1795939909109,0,5);
INSERT INTO survey VALUES(4,'gone',2,'{"name":"Gone","metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','csat',1,5,1795939909218,1795939910373,1795939910389,14);
INSERT INTO survey VALUES(5,'nps',1,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','nps',0,10,1795939909249,1795939909249,0,7);
INSERT INTO survey VALUES(6,'csat',1,'{"name":null,"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','csat',1,5,1795939909277,1795939909277,0,8);
INSERT INTO survey VALUES(7,'ces',1,'{"name":null,"metric":"ces","scale":{"min":1,"max":7},"method":"mean","direction":"higher_is_better","bands":{"satisfied_from":5,"dissatisfied_to":3},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','ces',1,7,1795939909305,1795939909305,0,9);
INSERT INTO survey VALUES(8,'kept',1,'{"name":"Kept","metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":259200000,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":30,"retention":"anonymise"}','nps',0,10,1795939909321,1795939909321,0,10);
INSERT INTO survey VALUES(9,'brief',1,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":86400000,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":20,"retention":"delete"}','nps',0,10,1795939909329,1795939909329,0,11);
INSERT INTO survey VALUES(10,'asking',2,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"questions":[{"key":"reason","type":"choice","text":{"en":"Why?"},"options":[{"value":"delivery","text":{}},{"value":"price","text":{}},{"value":"quality","text":{}},{"value":"returns","text":{}}],"other":true,"required":false},{"key":"ease","type":"scale","text":{"en":"How easy?"},"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"low_label":{},"high_label":{},"required":false}],"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}','nps',0,10,1796031049667,1796031050334,0,22);
CREATE TABLE survey_revision (
    survey INTEGER NOT NULL REFERENCES survey,
    revision INTEGER NOT NULL,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (survey, revision)
) STRICT, WITHOUT ROWID;
INSERT INTO survey_revision VALUES(1,1,'{"name":"Shop","metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":["plan","country"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939908662);
INSERT INTO survey_revision VALUES(1,2,'{"name":"Shop","metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":["plan","branch"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939910290);
INSERT INTO survey_revision VALUES(2,1,'{"name":"Visit","metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"invited","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909078);
INSERT INTO survey_revision VALUES(3,1,'{"name":"Effort","metric":"ces","scale":{"min":1,"max":7},"method":"mean","direction":"lower_is_better","bands":{"satisfied_from":3,"dissatisfied_to":5},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":5,"access":"public","recontact_days":30,"recontact":"store","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909109);
INSERT INTO survey_revision VALUES(4,1,'{"name":null,"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909218);
INSERT INTO survey_revision VALUES(4,2,'{"name":"Gone","metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939910373);
INSERT INTO survey_revision VALUES(5,1,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909249);
INSERT INTO survey_revision VALUES(6,1,'{"name":null,"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909277);
INSERT INTO survey_revision VALUES(7,1,'{"name":null,"metric":"ces","scale":{"min":1,"max":7},"method":"mean","direction":"higher_is_better","bands":{"satisfied_from":5,"dissatisfied_to":3},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1795939909305);
INSERT INTO survey_revision VALUES(8,1,'{"name":"Kept","metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":259200000,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":30,"retention":"anonymise"}',1795939909321);
INSERT INTO survey_revision VALUES(9,1,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"properties":[],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":86400000,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":20,"retention":"delete"}',1795939909329);
INSERT INTO survey_revision VALUES(10,1,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"questions":[{"key":"reason","type":"choice","text":{"en":"Why?"},"options":[{"value":"delivery","text":{}},{"value":"price","text":{}},{"value":"quality","text":{}}],"other":true,"required":false},{"key":"features","type":"choices","text":{"en":"What do you use?"},"options":[{"value":"app","text":{}},{"value":"lists","text":{}},{"value":"maps","text":{}}],"other":false,"required":false},{"key":"ease","type":"scale","text":{"en":"How easy?"},"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"low_label":{},"high_label":{},"required":false},{"key":"why","type":"text","text":{"en":"What happened?"},"required":false,"show":{"answer":{"key":"reason","in":["delivery","price"]}}}],"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1796031049667);
INSERT INTO survey_revision VALUES(10,2,'{"name":null,"metric":"nps","scale":{"min":0,"max":10},"method":"net_promoter","direction":"higher_is_better","bands":{"satisfied_from":9,"dissatisfied_to":6},"texts":{},"questions":[{"key":"reason","type":"choice","text":{"en":"Why?"},"options":[{"value":"delivery","text":{}},{"value":"price","text":{}},{"value":"quality","text":{}},{"value":"returns","text":{}}],"other":true,"required":false},{"key":"ease","type":"scale","text":{"en":"How easy?"},"metric":"csat","scale":{"min":1,"max":5},"method":"top_box","direction":"higher_is_better","bands":{"satisfied_from":4,"dissatisfied_to":2},"low_label":{},"high_label":{},"required":false}],"properties":["plan"],"allowed_origins":[],"opens_at":null,"closes_at":null,"amend_window":1800,"max_backdate":604800,"min_n":0,"access":"public","recontact_days":0,"recontact":"refuse","min_seconds":0,"retention_days":0,"retention":"delete"}',1796031050334);
CREATE TABLE survey_property (
    survey INTEGER NOT NULL REFERENCES survey,
    position INTEGER NOT NULL,
    key TEXT NOT NULL,
    rolled INTEGER NOT NULL,
    PRIMARY KEY (survey, position)
) STRICT, WITHOUT ROWID;
INSERT INTO survey_property VALUES(1,0,'plan',1);
INSERT INTO survey_property VALUES(1,1,'branch',1);
INSERT INTO survey_property VALUES(2,0,'plan',1);
INSERT INTO survey_property VALUES(8,0,'plan',1);
INSERT INTO survey_property VALUES(10,0,'plan',1);
CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    survey INTEGER NOT NULL,
    dimension TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (survey, dimension, value)
) STRICT;
INSERT INTO series VALUES(1,1,'channel','web');
INSERT INTO series VALUES(2,1,'channel','email');
INSERT INTO series VALUES(3,1,'channel','kiosk');
INSERT INTO series VALUES(4,1,'locale','de-CH');
INSERT INTO series VALUES(5,1,'locale','en');
INSERT INTO series VALUES(7,1,'property.plan','pro');
INSERT INTO series VALUES(8,1,'property.plan','free');
INSERT INTO series VALUES(9,1,'touchpoint','checkout');
INSERT INTO series VALUES(10,1,'touchpoint','delivery');
INSERT INTO series VALUES(11,3,'locale','ja');
INSERT INTO series VALUES(12,3,'touchpoint','support');
INSERT INTO series VALUES(13,5,'channel','web');
INSERT INTO series VALUES(14,5,'locale','en');
INSERT INTO series VALUES(15,5,'touchpoint','site');
INSERT INTO series VALUES(16,6,'channel','web');
INSERT INTO series VALUES(17,6,'locale','en');
INSERT INTO series VALUES(18,6,'touchpoint','site');
INSERT INTO series VALUES(19,7,'channel','web');
INSERT INTO series VALUES(20,7,'locale','en');
INSERT INTO series VALUES(21,7,'touchpoint','site');
INSERT INTO series VALUES(22,8,'property.plan','pro');
INSERT INTO series VALUES(23,8,'property.plan','free');
INSERT INTO series VALUES(24,9,'touchpoint','checkout');
INSERT INTO series VALUES(25,2,'property.plan','pro');
INSERT INTO series VALUES(26,1,'property.branch','b1');
INSERT INTO series VALUES(27,-1,'property.plan','free');
INSERT INTO series VALUES(28,-1,'touchpoint','delivery');
INSERT INTO series VALUES(29,-1,'property.plan','pro');
INSERT INTO series VALUES(30,-1,'touchpoint','checkout');
INSERT INTO series VALUES(31,10,'property.plan','pro');
INSERT INTO series VALUES(32,10,'revision','1');
INSERT INTO series VALUES(33,10,'touchpoint','checkout');
INSERT INTO series VALUES(34,10,'answer.ease','2');
INSERT INTO series VALUES(35,10,'answer.features','');
INSERT INTO series VALUES(36,10,'answer.features','app');
INSERT INTO series VALUES(37,10,'answer.features','maps');
INSERT INTO series VALUES(38,10,'answer.reason','price');
INSERT INTO series VALUES(39,10,'answer.why','');
INSERT INTO series VALUES(40,10,'asked.why','');
INSERT INTO series VALUES(41,10,'property.plan','free');
INSERT INTO series VALUES(42,10,'touchpoint','app');
INSERT INTO series VALUES(43,12884901898,'property.plan','free');
INSERT INTO series VALUES(44,12884901898,'touchpoint','app');
INSERT INTO series VALUES(45,10,'answer.ease','3');
INSERT INTO series VALUES(46,10,'answer.reason','quality');
INSERT INTO series VALUES(47,12884901898,'property.plan','pro');
INSERT INTO series VALUES(48,12884901898,'touchpoint','checkout');
INSERT INTO series VALUES(49,10,'answer.ease','4');
INSERT INTO series VALUES(50,10,'answer.reason','delivery');
INSERT INTO series VALUES(51,10,'answer.ease','5');
INSERT INTO series VALUES(52,-10,'touchpoint','app');
CREATE TABLE rollup (
    survey INTEGER NOT NULL,
    segmented INTEGER NOT NULL,
    tier INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    series INTEGER NOT NULL,
    n0 INTEGER NOT NULL,
    n1 INTEGER NOT NULL,
    n2 INTEGER NOT NULL,
    n3 INTEGER NOT NULL,
    n4 INTEGER NOT NULL,
    n5 INTEGER NOT NULL,
    n6 INTEGER NOT NULL,
    n7 INTEGER NOT NULL,
    n8 INTEGER NOT NULL,
    n9 INTEGER NOT NULL,
    n10 INTEGER NOT NULL,
    PRIMARY KEY (survey, segmented, tier, bucket, series)
) STRICT, WITHOUT ROWID;
INSERT INTO rollup VALUES(-10,0,0,0,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,0,1,20787,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,0,2,498897,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,0,3,1995590,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,1,0,0,52,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,1,1,20787,52,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,1,2,498897,52,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-10,1,3,1995590,52,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,1,20786,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,2,498887,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,3,1995550,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,0,0,0,12,5,3,5,8,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20781,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20782,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20783,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20784,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20785,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20786,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20787,0,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498767,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498791,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498815,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498839,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498863,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498887,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498892,0,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995070,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995166,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995262,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995358,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995454,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995550,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995571,0,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,27,3,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,28,9,5,2,4,7,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,29,9,4,2,4,7,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,30,3,0,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20781,29,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20781,30,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20782,27,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20782,28,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20783,29,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20783,30,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20784,27,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20784,28,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20785,29,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20785,30,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20786,27,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20786,28,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20787,28,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,1,20787,29,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498767,29,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498767,30,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498791,27,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498791,28,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498815,29,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498815,30,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498839,27,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498839,28,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498863,29,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498863,30,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498887,27,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498887,28,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498892,28,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,2,498892,29,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995070,29,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995070,30,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995166,27,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995166,28,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995262,29,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995262,30,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995358,27,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995358,28,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995454,29,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995454,30,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995550,27,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995550,28,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995571,28,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,3,1995571,29,6,4,1,3,6,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,0,0,0,8,9,9,8,8,5,8,6,6,10,8);
INSERT INTO rollup VALUES(1,0,1,20740,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,0,1,20741,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20742,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20743,0,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20744,0,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,0,1,20745,0,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20746,0,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20747,0,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,1,20786,0,6,6,8,6,7,5,6,5,6,6,6);
INSERT INTO rollup VALUES(1,0,1,20787,0,0,1,1,0,0,0,0,0,0,2,1);
INSERT INTO rollup VALUES(1,0,2,497764,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,0,2,497788,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,0,2,497812,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,2,497836,0,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,2,497860,0,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,0,2,497884,0,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,0,2,497908,0,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,2,497932,0,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,2,498870,0,3,2,2,1,2,2,2,2,2,2,2);
INSERT INTO rollup VALUES(1,0,2,498871,0,2,3,3,3,3,3,3,3,3,2,2);
INSERT INTO rollup VALUES(1,0,2,498872,0,1,1,2,2,1,0,1,0,1,1,2);
INSERT INTO rollup VALUES(1,0,2,498887,0,0,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,0,2,498892,0,0,1,1,0,0,0,0,0,0,2,1);
INSERT INTO rollup VALUES(1,0,3,1991059,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,0,3,1991155,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1991251,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1991347,0,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1991443,0,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,0,3,1991539,0,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1991635,0,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1991731,0,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1995481,0,1,1,1,0,1,1,1,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1995482,0,1,1,1,1,0,0,0,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995483,0,1,0,0,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995484,0,0,1,1,1,1,1,1,1,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1995485,0,1,1,1,1,1,0,0,0,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995486,0,1,1,0,0,0,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995487,0,0,0,1,1,1,1,1,1,1,0,0);
INSERT INTO rollup VALUES(1,0,3,1995488,0,1,1,2,2,1,0,1,0,1,1,2);
INSERT INTO rollup VALUES(1,0,3,1995550,0,0,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,0,3,1995571,0,0,1,1,0,0,0,0,0,0,2,1);
INSERT INTO rollup VALUES(1,1,0,0,1,2,2,2,1,2,1,2,2,1,2,2);
INSERT INTO rollup VALUES(1,1,0,0,2,2,2,2,2,2,2,1,2,2,1,2);
INSERT INTO rollup VALUES(1,1,0,0,3,2,2,2,2,2,2,2,1,2,2,1);
INSERT INTO rollup VALUES(1,1,0,0,4,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,0,0,5,4,5,5,4,5,4,4,4,4,4,4);
INSERT INTO rollup VALUES(1,1,0,0,7,3,3,4,5,4,2,3,2,3,4,5);
INSERT INTO rollup VALUES(1,1,0,0,8,5,5,3,2,3,3,4,4,2,3,2);
INSERT INTO rollup VALUES(1,1,0,0,9,3,3,4,5,4,2,3,2,3,4,5);
INSERT INTO rollup VALUES(1,1,0,0,10,5,5,3,2,3,3,4,4,2,3,2);
INSERT INTO rollup VALUES(1,1,0,0,26,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,1,20740,7,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,1,20740,9,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,1,20741,8,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20741,10,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20742,7,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20742,9,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20743,8,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20743,10,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20744,7,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,1,20744,9,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,1,20745,8,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20745,10,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20746,7,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20746,9,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20747,8,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20747,10,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,1,20786,1,2,2,2,1,2,1,2,2,1,2,2);
INSERT INTO rollup VALUES(1,1,1,20786,2,2,2,2,2,2,2,1,2,2,1,2);
INSERT INTO rollup VALUES(1,1,1,20786,3,2,2,2,2,2,2,2,1,2,2,1);
INSERT INTO rollup VALUES(1,1,1,20786,4,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,1,20786,5,4,5,5,4,5,4,4,4,4,4,4);
INSERT INTO rollup VALUES(1,1,1,20786,7,3,3,4,3,3,2,3,2,3,2,4);
INSERT INTO rollup VALUES(1,1,1,20786,8,3,3,3,2,3,3,2,3,2,3,2);
INSERT INTO rollup VALUES(1,1,1,20786,9,3,3,4,3,3,2,3,2,3,2,4);
INSERT INTO rollup VALUES(1,1,1,20786,10,3,3,3,2,3,3,2,3,2,3,2);
INSERT INTO rollup VALUES(1,1,1,20786,26,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,2,497764,7,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,2,497764,9,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,2,497788,8,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497788,10,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497812,7,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497812,9,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497836,8,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497836,10,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497860,7,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,2,497860,9,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,2,497884,8,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497884,10,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497908,7,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497908,9,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497932,8,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,497932,10,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,498870,1,1,1,0,0,1,0,1,1,0,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,2,1,1,1,0,1,1,0,1,1,0,1);
INSERT INTO rollup VALUES(1,1,2,498870,3,1,0,1,1,0,1,1,0,1,1,0);
INSERT INTO rollup VALUES(1,1,2,498870,4,1,0,0,0,1,1,0,0,0,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,5,2,2,2,1,1,1,2,2,2,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,7,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,8,1,1,1,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,9,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498870,10,1,1,1,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498871,1,1,1,1,1,1,1,1,1,1,1,0);
INSERT INTO rollup VALUES(1,1,2,498871,2,0,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498871,3,1,1,1,1,1,1,1,1,1,0,1);
INSERT INTO rollup VALUES(1,1,2,498871,4,0,1,1,1,0,0,1,1,1,0,0);
INSERT INTO rollup VALUES(1,1,2,498871,5,2,2,2,2,3,3,2,2,2,2,2);
INSERT INTO rollup VALUES(1,1,2,498871,7,1,1,2,1,2,1,2,1,2,1,1);
INSERT INTO rollup VALUES(1,1,2,498871,8,1,2,1,2,1,2,1,2,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498871,9,1,1,2,1,2,1,2,1,2,1,1);
INSERT INTO rollup VALUES(1,1,2,498871,10,1,2,1,2,1,2,1,2,1,1,1);
INSERT INTO rollup VALUES(1,1,2,498872,1,0,0,1,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,2,498872,2,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,498872,3,0,1,0,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,2,498872,4,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,498872,5,0,1,1,1,1,0,0,0,0,1,1);
INSERT INTO rollup VALUES(1,1,2,498872,7,0,1,0,1,0,0,0,0,0,0,2);
INSERT INTO rollup VALUES(1,1,2,498872,8,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,2,498872,9,0,1,0,1,0,0,0,0,0,0,2);
INSERT INTO rollup VALUES(1,1,2,498872,10,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,2,498872,26,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,2,498887,7,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,2,498887,9,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991059,7,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1991059,9,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1991155,8,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991155,10,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991251,7,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991251,9,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991347,8,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991347,10,0,2,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991443,7,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,3,1991443,9,0,0,0,0,0,0,0,0,0,2,0);
INSERT INTO rollup VALUES(1,1,3,1991539,8,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991539,10,0,0,0,0,0,0,2,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991635,7,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991635,9,0,0,0,2,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991731,8,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1991731,10,2,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,1,1,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,2,0,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,3,0,0,1,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,4,1,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,5,0,1,1,0,1,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,7,1,0,1,0,1,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,8,0,1,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,9,1,0,1,0,1,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995481,10,0,1,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995482,1,0,1,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995482,2,0,0,1,0,0,0,0,1,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995482,3,1,0,0,1,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995482,4,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995482,5,1,1,1,1,0,0,0,1,1,1,0);
INSERT INTO rollup VALUES(1,1,3,1995482,7,0,1,0,1,0,0,0,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995482,8,1,0,1,0,0,0,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995482,9,0,1,0,1,0,0,0,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995482,10,1,0,1,0,0,0,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995483,1,0,0,0,0,1,0,0,1,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995483,2,1,0,0,0,0,1,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995483,3,0,0,0,0,0,0,1,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995483,4,0,0,0,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995483,5,1,0,0,0,0,1,1,1,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995483,7,1,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995483,8,0,0,0,0,1,0,1,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995483,9,1,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995483,10,0,0,0,0,1,0,1,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995484,1,0,0,1,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,2,0,0,0,1,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,3,0,1,0,0,1,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,4,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,5,0,1,1,0,1,1,1,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,7,0,0,1,0,1,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,8,0,1,0,1,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,9,0,0,1,0,1,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995484,10,0,1,0,1,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995485,1,1,0,0,1,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995485,2,0,1,0,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995485,3,0,0,1,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995485,4,0,0,1,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995485,5,1,1,0,1,1,0,0,0,0,1,1);
INSERT INTO rollup VALUES(1,1,3,1995485,7,0,1,0,1,0,0,0,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995485,8,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995485,9,0,1,0,1,0,0,0,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995485,10,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995486,1,0,1,0,0,0,0,1,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995486,2,0,0,0,0,0,0,0,1,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995486,3,1,0,0,0,0,1,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995486,4,0,1,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995486,5,1,0,0,0,0,1,1,0,1,1,1);
INSERT INTO rollup VALUES(1,1,3,1995486,7,1,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995486,8,0,1,0,0,0,0,1,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995486,9,1,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995486,10,0,1,0,0,0,0,1,0,1,0,1);
INSERT INTO rollup VALUES(1,1,3,1995487,1,0,0,0,0,1,0,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,2,0,0,1,0,0,1,0,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,3,0,0,0,1,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,4,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,5,0,0,1,1,1,1,0,1,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,7,0,0,1,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,8,0,0,0,1,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,9,0,0,1,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(1,1,3,1995487,10,0,0,0,1,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995488,1,0,0,1,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995488,2,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995488,3,0,1,0,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995488,4,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995488,5,0,1,1,1,1,0,0,0,0,1,1);
INSERT INTO rollup VALUES(1,1,3,1995488,7,0,1,0,1,0,0,0,0,0,0,2);
INSERT INTO rollup VALUES(1,1,3,1995488,8,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995488,9,0,1,0,1,0,0,0,0,0,0,2);
INSERT INTO rollup VALUES(1,1,3,1995488,10,1,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,3,1995488,26,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(1,1,3,1995550,7,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(1,1,3,1995550,9,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,0,1,20786,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,0,2,498872,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,0,3,1995488,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,1,0,0,25,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,1,1,20786,25,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,1,2,498872,25,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(2,1,3,1995488,25,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(3,0,0,0,0,0,2,3,3,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,0,1,20786,0,0,2,3,3,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,0,2,498872,0,0,2,3,3,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,0,3,1995488,0,0,2,3,3,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,0,0,11,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,0,0,12,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,1,20786,11,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,1,20786,12,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,2,498872,11,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,2,498872,12,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,3,1995488,11,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(3,1,3,1995488,12,0,2,2,2,2,2,2,2,0,0,0);
INSERT INTO rollup VALUES(4,0,0,0,0,0,1,2,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(4,0,1,20786,0,0,1,2,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(4,0,2,498872,0,0,1,2,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(4,0,3,1995488,0,0,1,2,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,0,0,0,0,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,0,1,20786,0,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,0,2,498872,0,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,0,3,1995488,0,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,0,0,13,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,0,0,14,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,0,0,15,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,1,20786,13,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,1,20786,14,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,1,20786,15,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,2,498872,13,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,2,498872,14,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,2,498872,15,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,3,1995488,13,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,3,1995488,14,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(5,1,3,1995488,15,0,1,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,0,0,0,0,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,0,1,20786,0,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,0,2,498872,0,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,0,3,1995488,0,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,0,0,16,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,0,0,17,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,0,0,18,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,1,20786,16,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,1,20786,17,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,1,20786,18,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,2,498872,16,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,2,498872,17,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,2,498872,18,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,3,1995488,16,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,3,1995488,17,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(6,1,3,1995488,18,0,1,1,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(7,0,0,0,0,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,0,1,20786,0,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,0,2,498872,0,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,0,3,1995488,0,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,0,0,19,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,0,0,20,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,0,0,21,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,1,20786,19,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,1,20786,20,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,1,20786,21,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,2,498872,19,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,2,498872,20,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,2,498872,21,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,3,1995488,19,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,3,1995488,20,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(7,1,3,1995488,21,0,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,0,0,0,0,0,0,1,1,1,1,4,1,0,0);
INSERT INTO rollup VALUES(8,0,1,20746,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20751,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,0,1,20752,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20753,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20754,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20755,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20756,0,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20784,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20785,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,497912,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498028,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,0,2,498052,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498076,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498100,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498124,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498148,0,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498824,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498848,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1991648,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1992115,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,0,3,1992211,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1992307,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1992403,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1992499,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1992595,0,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1995296,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1995392,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,0,0,22,0,0,0,0,1,0,1,1,1,0,0);
INSERT INTO rollup VALUES(8,1,0,0,23,0,0,0,1,0,1,0,2,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20746,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20751,22,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,1,1,20752,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20753,22,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20754,23,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20755,22,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20756,23,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20784,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,2,497912,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498028,22,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,1,2,498052,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498076,22,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498100,23,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498124,22,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498148,23,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498824,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1991648,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1992115,22,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(8,1,3,1992211,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1992307,22,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1992403,23,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1992499,22,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1992595,23,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1995296,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,1,20785,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,2,498848,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,3,1995392,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,0,0,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,1,20785,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,2,498848,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,3,1995392,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,0,0,0,0,3,3,3,1,2,2,2,2,2,2,2);
INSERT INTO rollup VALUES(10,0,1,20783,0,1,1,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,0,1,20784,0,0,0,0,0,1,1,1,1,1,1,0);
INSERT INTO rollup VALUES(10,0,1,20785,0,1,1,1,1,0,0,0,0,0,1,1);
INSERT INTO rollup VALUES(10,0,1,20786,0,0,0,1,0,1,1,1,1,1,0,0);
INSERT INTO rollup VALUES(10,0,1,20787,0,1,1,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498805,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498809,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498813,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,0,2,498817,0,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,0,2,498821,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,0,2,498825,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498829,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498833,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498837,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498841,0,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498845,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498849,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498853,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498857,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,0,2,498861,0,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,0,2,498865,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,0,2,498869,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498873,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498877,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498881,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498885,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498889,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498893,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,2,498897,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995222,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995238,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995254,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,0,3,1995270,0,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,0,3,1995286,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,0,3,1995302,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995318,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995334,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995350,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995366,0,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995382,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995398,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995414,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995430,0,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,0,3,1995446,0,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,0,3,1995462,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,0,3,1995478,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995494,0,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995510,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995526,0,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995542,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995558,0,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995574,0,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,0,3,1995590,0,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,0,0,31,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(10,1,0,0,32,3,3,3,1,2,2,2,2,2,2,2);
INSERT INTO rollup VALUES(10,1,0,0,33,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(10,1,0,0,34,1,1,1,0,0,1,1,0,0,0,1);
INSERT INTO rollup VALUES(10,1,0,0,35,2,2,2,1,1,2,1,1,2,1,1);
INSERT INTO rollup VALUES(10,1,0,0,36,2,2,2,1,1,2,1,1,2,1,1);
INSERT INTO rollup VALUES(10,1,0,0,37,2,2,2,1,1,2,1,1,2,1,1);
INSERT INTO rollup VALUES(10,1,0,0,38,1,1,2,0,0,0,0,1,1,0,1);
INSERT INTO rollup VALUES(10,1,0,0,39,1,1,1,0,1,0,1,2,1,1,2);
INSERT INTO rollup VALUES(10,1,0,0,40,1,1,2,0,1,0,1,2,1,1,2);
INSERT INTO rollup VALUES(10,1,0,0,41,1,2,1,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(10,1,0,0,42,1,2,1,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(10,1,0,0,45,1,1,1,0,0,0,1,1,0,0,0);
INSERT INTO rollup VALUES(10,1,0,0,46,1,1,1,1,0,1,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,0,0,49,0,1,1,0,0,0,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,0,0,50,0,0,0,0,1,0,1,1,0,1,1);
INSERT INTO rollup VALUES(10,1,0,0,51,0,0,0,1,1,0,0,0,1,1,0);
INSERT INTO rollup VALUES(10,1,1,20783,31,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,32,1,1,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,33,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,34,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,35,1,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,36,1,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,37,1,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,38,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,39,1,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,40,1,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,41,0,1,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,42,0,1,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20783,45,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,46,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,49,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20783,50,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20784,31,0,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,32,0,0,0,0,1,1,1,1,1,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,33,0,0,0,0,0,1,0,1,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,34,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,35,0,0,0,0,0,1,1,0,1,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,36,0,0,0,0,0,1,1,0,1,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,37,0,0,0,0,0,1,1,0,1,1,0);
INSERT INTO rollup VALUES(10,1,1,20784,38,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,39,0,0,0,0,1,0,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,40,0,0,0,0,1,0,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,41,0,0,0,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,42,0,0,0,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,45,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,46,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,49,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,50,0,0,0,0,1,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20784,51,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20785,31,0,1,0,1,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,32,1,1,1,1,0,0,0,0,0,1,1);
INSERT INTO rollup VALUES(10,1,1,20785,33,0,1,0,1,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,34,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20785,35,1,0,1,1,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,36,1,0,1,1,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,37,1,0,1,1,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,38,0,0,1,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,1,20785,39,0,0,1,0,0,0,0,0,0,1,1);
INSERT INTO rollup VALUES(10,1,1,20785,40,0,0,1,0,0,0,0,0,0,1,1);
INSERT INTO rollup VALUES(10,1,1,20785,41,1,0,1,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20785,42,1,0,1,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20785,45,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20785,46,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20785,49,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20785,50,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20785,51,0,0,0,1,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,1,20786,31,0,0,0,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,32,0,0,1,0,1,1,1,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,33,0,0,0,0,1,0,1,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,34,0,0,1,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,35,0,0,0,0,1,1,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,36,0,0,0,0,1,1,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,37,0,0,0,0,1,1,0,1,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,38,0,0,1,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,39,0,0,0,0,0,0,1,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,40,0,0,1,0,0,0,1,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,41,0,0,0,0,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,42,0,0,0,0,0,1,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,45,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,46,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,49,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,50,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20786,51,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,31,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,32,1,1,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,33,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,34,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,35,0,1,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,36,0,1,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,37,0,1,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,38,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,39,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,40,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,41,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,42,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,45,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,1,20787,46,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498805,41,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498805,42,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498809,31,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498809,33,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498813,41,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,2,498813,42,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,2,498817,31,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,2,498817,33,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,2,498821,41,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,2,498821,42,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,2,498825,31,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498825,33,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498829,41,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498829,42,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498833,31,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498833,33,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498837,41,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498837,42,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498841,31,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498841,33,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498845,41,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498845,42,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498849,31,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498849,33,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498853,41,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498853,42,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498857,31,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,2,498857,33,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,2,498861,41,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,2,498861,42,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,2,498865,31,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,2,498865,33,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,2,498869,41,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498869,42,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498873,31,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498873,33,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498877,41,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498877,42,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498881,31,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498881,33,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498889,31,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498889,33,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498893,41,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498893,42,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498897,31,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,2,498897,33,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995222,41,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995222,42,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995238,31,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995238,33,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995254,41,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,3,1995254,42,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,3,1995270,31,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,3,1995270,33,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,3,1995286,41,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,3,1995286,42,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,3,1995302,31,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995302,33,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995318,41,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995318,42,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995334,31,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995334,33,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995350,41,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995350,42,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995366,31,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995366,33,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995382,41,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995382,42,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995398,31,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995398,33,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995414,41,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995414,42,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995430,31,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,3,1995430,33,0,0,0,0,0,0,0,0,0,0,1);
INSERT INTO rollup VALUES(10,1,3,1995446,41,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,3,1995446,42,0,0,0,0,0,0,0,0,0,1,0);
INSERT INTO rollup VALUES(10,1,3,1995462,31,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,3,1995462,33,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO rollup VALUES(10,1,3,1995478,41,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995478,42,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995494,31,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995494,33,0,0,0,0,0,0,1,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995510,41,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995510,42,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995526,31,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995526,33,0,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995558,31,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995558,33,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995574,41,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995574,42,0,1,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995590,31,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(10,1,3,1995590,33,1,0,0,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,0,0,0,0,0,6,5,4,4,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,1,20783,0,0,0,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,1,20784,0,0,0,1,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,1,20785,0,0,0,1,1,1,2,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,1,20786,0,0,0,2,1,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,0,1,20787,0,0,0,1,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,0,0,43,0,0,3,2,2,2,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,0,0,44,0,0,3,2,2,2,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,0,0,47,0,0,2,3,2,2,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,0,0,48,0,0,2,3,2,2,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20783,43,0,0,1,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20783,44,0,0,1,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20783,47,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20783,48,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20784,43,0,0,0,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20784,44,0,0,0,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20784,47,0,0,1,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20784,48,0,0,1,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20785,43,0,0,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20785,44,0,0,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20785,47,0,0,0,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20785,48,0,0,0,1,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20786,43,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20786,44,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20786,47,0,0,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20786,48,0,0,1,0,1,1,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20787,43,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20787,44,0,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20787,47,0,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(12884901898,1,1,20787,48,0,0,0,1,0,0,0,0,0,0,0);
CREATE TABLE api_key (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    scopes INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_day INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
, generation INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
INSERT INTO api_key VALUES(X'01a2265c3bd77345af5ae13b31cc0fba','first admin key','cxs_DNS6',X'314a65edb21d5d45eaa567bdfa9ba3ce01e7a01dcda8b028c28a9117d051a5bc',16,1795939908567,9223372036854775807,1795996800000,0,20);
INSERT INTO api_key VALUES(X'01a2265c4331719d9b405012dce230ec','reports','cxs_hkuP',X'7b2b1ea44f37ba4f2350f62ec9429805232369c7838c27b3eedd75c9863fefc7',1,1795939910449,9223372036854775807,0,0,15);
INSERT INTO api_key VALUES(X'01a2265c43a4735697f6536cc2b71698','short','cxs_E1XV',X'bd1c8bed64d07e847670caeb9174d9e56d19394428d948070fec1f5777edac6b',1,1795939910564,1795943510564,0,0,16);
INSERT INTO api_key VALUES(X'01a2265c43bf77d794d0b0bf07b294a1','old','cxs_GY-y',X'ae8a89df82d64857333975f44dd19009791ba2002a74c5f9ddbd91e169d85564',2,1795939910591,9223372036854775807,0,1795939910609,18);
CREATE TABLE anonymised (
    survey INTEGER PRIMARY KEY,
    done_at INTEGER NOT NULL,
    done_score INTEGER NOT NULL DEFAULT -1, done_excluded INTEGER NOT NULL DEFAULT 0, done_number INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO anonymised VALUES(8,1793336029422,3,0,130);
CREATE TABLE signing_key (
    number INTEGER PRIMARY KEY, -- ascending
    secret BLOB NOT NULL,       -- 32 random bytes
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO signing_key VALUES(1,X'058c098fec98f393605209dfcbb7bc3f82e4bccf190fbe85d294d6f977db792d',1795939908593);
INSERT INTO signing_key VALUES(2,X'2e7d8819d9cde7154578bede449e393949ca0ad1e35f5da2d4377698a88d66cf',1795939910661);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY, -- from 1, without a gap
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,  -- a key's prefix, or "local"
    act TEXT NOT NULL,
    target TEXT NOT NULL, -- a respondent is the SHA-256 of the name
    detail TEXT NOT NULL,
    hash BLOB NOT NULL    -- SHA-256 of the hash before and this record's text (src/store/audit.c)
) STRICT;
INSERT INTO audit VALUES(1,1795939908567,'local','key.create','01a2265c-3bd7-7345-af5a-e13b31cc0fba','scopes admin',X'ac60a52a790f8fb6c2adacf81512f885ea5ac8585fbb71dc1009db26a246e9d2');
INSERT INTO audit VALUES(2,1795939908593,'local','signing_key.rotate','1','',X'e288c974e56bdadc898414adb36608b352a716008a5979cb64bf0677fe1592d3');
INSERT INTO audit VALUES(3,1795939908662,'cxs_DNS6','survey.put','shop','revision 1',X'78ad0329383c31c90699c44685cc32d2c6160bc3f65b82ebdcee8ff91c4572bd');
INSERT INTO audit VALUES(4,1795939909078,'cxs_DNS6','survey.put','visit','revision 1',X'd9f4ebe674d471140351d1e3a905a69d313c77b4e870a99b1f471f7438cade70');
INSERT INTO audit VALUES(5,1795939909109,'cxs_DNS6','survey.put','effort','revision 1',X'9bcfe03e88114507f79fc1bf202df5f202be1190530a1b32433e65bb75fa9224');
INSERT INTO audit VALUES(6,1795939909218,'cxs_DNS6','survey.put','gone','revision 1',X'9599a41375c1c0ef8c07afa2dad80b145704b6cddd0ce2efc04efd48a00c8fa1');
INSERT INTO audit VALUES(7,1795939909249,'cxs_DNS6','survey.put','nps','revision 1',X'4b7d72d3475be0a9ea65a03013d0a3ccc41aa78b5683d831afa47c2eeabcfbbe');
INSERT INTO audit VALUES(8,1795939909277,'cxs_DNS6','survey.put','csat','revision 1',X'8544455ad931a5036b449805da7b7fb89aa727aa18f4e8e9a104ec0052e71a1f');
INSERT INTO audit VALUES(9,1795939909305,'cxs_DNS6','survey.put','ces','revision 1',X'4807458016ad506e99b8fd579549e9f39d8e65d691c215442676bf9eb7e19cf7');
INSERT INTO audit VALUES(10,1795939909321,'cxs_DNS6','survey.put','kept','revision 1',X'ec62e3b333ee3497dac813896262fc18be20970225bd4714ed3091c2ebf60a2e');
INSERT INTO audit VALUES(11,1795939909329,'cxs_DNS6','survey.put','brief','revision 1',X'67502626c38745c0959f691bb73eb64515782c491acb45295f5ddcb121902f8c');
INSERT INTO audit VALUES(12,1795939910009,'cxs_DNS6','response.exclude','0192f3a0-0000-7000-8000-000000000003','survey shop',X'8380fabb6e1ff20e6812bdc8da72b909484f3f97b3545da071b06c61e482a1ab');
INSERT INTO audit VALUES(13,1795939910177,'cxs_DNS6','respondent.erase','hmac:a78f00bef9de34202339e61a6bbda24e3ffd2b1b44cd7a5e3840027804c4be7d','responses 1 counts false',X'947997b11eb720278e393da89154ec1adb9b8241333800c1458cd9348c3de7de');
INSERT INTO audit VALUES(14,1795939910245,'cxs_DNS6','respondent.erase','hmac:0243f499a80f13ecbc83f179aabf851b2ad80f36b8d9b3c33a924ea86a86ad68','responses 1 counts true',X'0a669d2a1334ce8be24817a27ff49d37160e82e8e2ad2663bb5318424b60e0b6');
INSERT INTO audit VALUES(15,1795939910290,'cxs_DNS6','survey.put','shop','revision 2',X'64ada1c150002d39b45424f8fa3233935e2ecdf9df43c37b1b490dec46765a37');
INSERT INTO audit VALUES(16,1795939910373,'cxs_DNS6','survey.put','gone','revision 2',X'5a2ef3a446ceeb9433ae06b6af4667b579b3f9c3d8e047c7aa58a393662ad56f');
INSERT INTO audit VALUES(17,1795939910389,'cxs_DNS6','survey.archive','gone','',X'1b23786e2f3b883bf84394a58323f14d5dedb22349998a73016152dbd57a0771');
INSERT INTO audit VALUES(18,1795939910449,'cxs_DNS6','key.create','01a2265c-4331-719d-9b40-5012dce230ec','scopes read',X'24d8a71e3db11dc36a599718092bbaf74d7e670edb9647ceeba07efcca13e94b');
INSERT INTO audit VALUES(19,1795939910564,'cxs_DNS6','key.create','01a2265c-43a4-7356-97f6-536cc2b71698','scopes read',X'23d80115f36034e65648032204a70871b798f088c3052917bc4849232a5dd2e9');
INSERT INTO audit VALUES(20,1795939910591,'cxs_DNS6','key.create','01a2265c-43bf-77d7-94d0-b0bf07b294a1','scopes write',X'd2a25bdd0413ce0280a5ad3d21905c40cd5565000243ab4dae27dc4b464b0825');
INSERT INTO audit VALUES(21,1795939910609,'cxs_DNS6','key.revoke','01a2265c-43bf-77d7-94d0-b0bf07b294a1','',X'6b07e57660b2bd81b43ae2a29be623f4a9d0bd638a7eedbcb06752e48105c767');
INSERT INTO audit VALUES(22,1795939910661,'cxs_DNS6','signing_key.rotate','2','',X'f62dbd68978da36e9b0c592c420fd2da5c4f658f713ee84631ab716fe18a63d9');
INSERT INTO audit VALUES(23,1795995538688,'local','erasures.unknown','list missing','',X'fd7e0250bd5ae700afa79b5a2cf7e9257bf1dc159dded5fd3e28b84595f2f05b');
INSERT INTO audit VALUES(24,1795995538707,'cxs_DNS6','journey.put','buy','revision 1',X'31e9153c1a49c74bd6a5013fece55403c9233377c68222f60fe1e0fb67fac71f');
INSERT INTO audit VALUES(25,1795995538729,'cxs_DNS6','alert.put','low','revision 1',X'128ff9bbaee791103a3e1c72bdf61f733a2167aa45c1308d847d1e1dc2e1c973');
INSERT INTO audit VALUES(26,1795995538762,'cxs_DNS6','alert.put','each','revision 1',X'c0eec464ec3406d07b635734fb520f9f2ec71e07c74e82eb148c0744f103246c');
INSERT INTO audit VALUES(27,1795995538921,'cxs_DNS6','alert.acknowledge','each','revision 1',X'f7706a1fdd258be146e4125f4e56438d72f30b264caa3dbe3569c078805afe7d');
INSERT INTO audit VALUES(28,1795995538946,'cxs_DNS6','response.exclude','0192f3a0-0000-7000-8000-000000000205','survey shop',X'e57635ef66fbd3958aab8e503c62690a58b2fb47965507078ba0b3f4cf8995d3');
INSERT INTO audit VALUES(29,1795995598748,'cxs_DNS6','respondent.erase','hmac:1622e9d7f65514b103c66460d5775043aedecc9d46a343b5ec6f1de68a71719d','responses 1 counts false',X'fcd735fffeef84bb8d9d676a5e1c822ff608e014f5dc6681d7e8231b45785308');
INSERT INTO audit VALUES(30,1795995598755,'cxs_DNS6','respondent.erase','hmac:a78f00bef9de34202339e61a6bbda24e3ffd2b1b44cd7a5e3840027804c4be7d','responses 1 counts true',X'fba87959fb04c298e5bce1e23ca6c050621ed2d6cd5a941e3fc95d4c3d9a99d2');
INSERT INTO audit VALUES(31,1795995956668,'local','erasures.unknown','list missing','',X'1ea7fabdd465588e3f12c571d30ba8b5c2c3aa58da7c737466cc158c1ae9e1a0');
INSERT INTO audit VALUES(32,1796014428193,'local','erasures.unknown','list missing','',X'c7a3875b0ddfd62f8d4dcead269712fc2e2825c06ca7111e9fcf582f2995b7f8');
INSERT INTO audit VALUES(33,1796014428209,'cxs_DNS6','import.begin','01a22acd-5031-740d-bb88-dfa493ccc148','number 1 survey 1',X'30b712f13827bab8f0a6c428d482fe5ecc14564defa87c651cee22d2e66c846a');
INSERT INTO audit VALUES(34,1796014428213,'local','retention.run','brief','deleted 1 anonymised 0',X'07ca5fb0c32d9834a03c1a4d0a0c00549dbba1a8f6c9fa7564249e876cb26737');
INSERT INTO audit VALUES(35,1796014428237,'local','retention.run','kept','deleted 0 anonymised 1',X'963a4ed052701167153c373629c0af6b8637a78023128e2e9a76d7da1ed1f6c6');
INSERT INTO audit VALUES(36,1796014428353,'cxs_DNS6','import.done','01a22acd-5031-740d-bb88-dfa493ccc148','created 8 known 0 refused 1',X'1f44c7a2d910d9dab3e9d0304efd825b1e1d932f58fffa8cf3ccad6f7cdbaa8d');
INSERT INTO audit VALUES(37,1796014428386,'cxs_DNS6','import.begin','01a22acd-50e2-752a-bce0-b326739d5a52','number 2 survey 1',X'b25c43ae0f44d31ceae67303411ca2e9bee83659af48c0c155598b5268eb99ab');
INSERT INTO audit VALUES(38,1796014428390,'cxs_DNS6','import.begin','01a22acd-50e6-7551-aed2-964b50e5717c','number 3 survey 5',X'21a7aa943bcfaccc443e8a2b8dcf7bbeb95731258affea43b4fad0e895c16323');
INSERT INTO audit VALUES(39,1796014428393,'cxs_DNS6','import.undo','01a22acd-50e6-7551-aed2-964b50e5717c','created 4 known 0 refused 0',X'653af67c28f9b9663deb93a774889cfc8526a4fea72fa8f6ff70a98510f3408d');
INSERT INTO audit VALUES(40,1796014430423,'local','retention.run','brief','deleted 6 anonymised 0',X'9bc09e7686f6efca31f832c7155874e8276187194766d095b96c8d9a2e95f9d9');
INSERT INTO audit VALUES(41,1796014430433,'local','retention.run','kept','deleted 0 anonymised 6',X'5161904a9972656d37994f952abf14ddd78c30ebb4fedf38d1d69750cc9ddc00');
INSERT INTO audit VALUES(42,1796014430517,'cxs_DNS6','respondent.erase','hmac:b2522ab97a1f5f857905cdcadc36fc4ccaaf4fc7eeb55285312f046f1288aae8','responses 1 counts false',X'b34938e7666347e9820e95a9ea5767db5e63b979c23872dc509810552f3ff6a4');
INSERT INTO audit VALUES(43,1796031049226,'local','erasures.unknown','list missing','',X'b6da04c0e7331b80d477b0b0bab04d536cd9b8b4cf631d67093b550a484571c7');
INSERT INTO audit VALUES(44,1796031049667,'cxs_DNS6','survey.put','asking','revision 1',X'ec2d8f2898a8e956f6416a0f6f63015a5f00657b3b875581229932d0c1ce463d');
INSERT INTO audit VALUES(45,1796031050328,'cxs_DNS6','respondent.erase','hmac:16eebc3cf7950608aff9e859773070a4616161e5306c9119c35d6fbf9ce15110','responses 1 counts false',X'a2ff407dc0cc363bfe796409662f509c872df6fcd499c20159f22ab2cfbb2538');
INSERT INTO audit VALUES(46,1796031050334,'cxs_DNS6','survey.put','asking','revision 2',X'fac4d61c661af4e8ef6915baf3ec0b6182faee5c6822be3d61142c3a7129cbf5');
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store BLOB NOT NULL,         -- a UUID: the list of erasures names it
    audit_secret BLOB NOT NULL,  -- 32 random bytes: the key of respondents' hashes in the audit log
    erasures INTEGER NOT NULL    -- number of the last entry of the list that this database knows; -1: it has had no list
, catalog_generation INTEGER NOT NULL DEFAULT 0, keys_removed INTEGER NOT NULL DEFAULT 0, numbered INTEGER NOT NULL DEFAULT 0, known_at INTEGER NOT NULL DEFAULT 0, impressions_from INTEGER NOT NULL DEFAULT 0, history BLOB, impressions_named INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO identity VALUES(1,X'80c0ec485c304e9aa5232cd16a0a7e0b',X'2e0923fdb3b9c1a984281005693f2f6e52f0c783eb10589dd34470c6a65f1926',6,22,0,141,1796031049270,20697,X'021d9be18aedd06b663f5fc76cfac545',6);
CREATE TABLE dimension (
    survey INTEGER NOT NULL,
    name TEXT NOT NULL,
    series INTEGER NOT NULL DEFAULT 0, -- how many there are
    beyond INTEGER NOT NULL DEFAULT 0, -- responses that count, with a value without a series
    state INTEGER NOT NULL DEFAULT 0,
    a INTEGER NOT NULL DEFAULT 0,
    b INTEGER NOT NULL DEFAULT 0,
    c INTEGER NOT NULL DEFAULT 0, number INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (survey, name)
) STRICT, WITHOUT ROWID;
INSERT INTO dimension VALUES(-10,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(-1,'property.plan',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(-1,'touchpoint',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(1,'channel',3,0,0,0,0,0,0);
INSERT INTO dimension VALUES(1,'locale',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(1,'property.branch',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(1,'property.plan',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(1,'touchpoint',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(2,'property.plan',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(3,'locale',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(3,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(5,'channel',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(5,'locale',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(5,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(6,'channel',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(6,'locale',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(6,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(7,'channel',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(7,'locale',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(7,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(8,'property.plan',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(9,'touchpoint',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'answer.ease',4,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'answer.features',3,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'answer.reason',3,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'answer.why',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'asked.why',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'property.plan',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'revision',1,0,0,0,0,0,0);
INSERT INTO dimension VALUES(10,'touchpoint',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(12884901898,'property.plan',2,0,0,0,0,0,0);
INSERT INTO dimension VALUES(12884901898,'touchpoint',2,0,0,0,0,0,0);
CREATE TABLE response (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL,
    survey INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    score INTEGER NOT NULL CHECK (score BETWEEN 0 AND 10),
    answered_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    flags INTEGER NOT NULL, -- enum flag of domain/response.h
    forgotten_at INTEGER NOT NULL DEFAULT 0, -- it has lost what names a person, for good; 0: it has not
    touchpoint TEXT,
    channel TEXT,
    locale TEXT,
    respondent TEXT,
    comment TEXT,
    properties TEXT, -- a JSON object of strings, sorted by key
    excluded_reason TEXT,
    visit TEXT,
    sequence INTEGER, -- the client's, of what it sent under the id
    ahead_ms INTEGER -- answered_at was given, so much later than it is: it lay ahead of the clock; NULL: it was not
, updated_at INTEGER, import INTEGER, answers TEXT) STRICT;
INSERT INTO response VALUES(1,X'0192f3a0000070008000000000000000',1,1,0,1795933026004,1795939909400,0,0,0,'checkout','web','de-CH','person0@example.org','comment 0','{"country":"AT","plan":"pro"}',NULL,'v-0',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(2,X'0192f3a0000070008000000000000001',1,1,1,1795933142671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(3,X'0192f3a0000070008000000000000002',1,1,2,1795933259338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(4,X'0192f3a0000070008000000000000003',1,1,3,1795933376004,1795939909400,1,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}','a test',NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(5,X'0192f3a0000070008000000000000004',1,1,4,1795933492671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(6,X'0192f3a0000070008000000000000005',1,1,5,1795933609338,1795939909400,0,0,0,'delivery','kiosk','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(7,X'0192f3a0000070008000000000000006',1,1,6,1795933726004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-6',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(8,X'0192f3a0000070008000000000000007',1,1,7,1795933842671,1795939909400,0,0,0,'delivery','email','en',NULL,'comment 7','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(9,X'0192f3a0000070008000000000000008',1,1,8,1795933959338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(10,X'0192f3a0000070008000000000000009',1,1,9,1795934076004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(11,X'0192f3a000007000800000000000000a',1,1,10,1795934192671,1795939909400,0,0,0,'checkout','email','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(12,X'0192f3a000007000800000000000000b',1,1,0,1795934309338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(13,X'0192f3a000007000800000000000000c',1,1,1,1795934426004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-12',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(14,X'0192f3a000007000800000000000000d',1,1,2,1795934542671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(15,X'0192f3a000007000800000000000000e',1,1,3,1795934659338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,'comment 14','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(16,X'0192f3a000007000800000000000000f',1,1,4,1795934776004,1795939909400,0,0,0,'delivery','web','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(17,X'0192f3a0000070008000000000000010',1,1,5,1795934892671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(18,X'0192f3a0000070008000000000000011',1,1,6,1795935009338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(19,X'0192f3a0000070008000000000000012',1,1,7,1795935126004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-18',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(20,X'0192f3a0000070008000000000000013',1,1,8,1795935242671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(21,X'0192f3a0000070008000000000000014',1,1,9,1795935359338,1795939909400,0,0,0,'checkout','kiosk','de-CH','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(22,X'0192f3a0000070008000000000000015',1,1,10,1795935476004,1795939909400,0,0,0,'delivery','web','en',NULL,'comment 21','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(23,X'0192f3a0000070008000000000000016',1,1,0,1795935592671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(24,X'0192f3a0000070008000000000000017',1,1,1,1795935709338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(25,X'0192f3a0000070008000000000000018',1,1,2,1795935826004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-24',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(26,X'0192f3a0000070008000000000000019',1,1,3,1795935942671,1795939909400,0,0,0,'delivery','email','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(27,X'0192f3a000007000800000000000001a',1,1,4,1795936059338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(28,X'0192f3a000007000800000000000001b',1,1,5,1795936176004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(29,X'0192f3a000007000800000000000001c',1,1,6,1795936292671,1795939909400,0,0,0,'checkout','email','en','person4@example.org','comment 28','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(30,X'0192f3a000007000800000000000001d',1,1,7,1795936409338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(31,X'0192f3a000007000800000000000001e',1,1,8,1795936526004,1795939909400,0,0,0,'checkout','web','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-30',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(32,X'0192f3a000007000800000000000001f',1,1,9,1795936642671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(33,X'0192f3a0000070008000000000000020',1,1,10,1795936759338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(34,X'0192f3a0000070008000000000000021',1,1,0,1795936876004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(35,X'0192f3a0000070008000000000000022',1,1,1,1795936992671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(36,X'0192f3a0000070008000000000000023',1,1,2,1795937109338,1795939909400,0,0,0,'delivery','kiosk','de-CH',NULL,'comment 35','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(37,X'0192f3a0000070008000000000000024',1,1,3,1795937226004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-36',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(38,X'0192f3a0000070008000000000000025',1,1,4,1795937342671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(39,X'0192f3a0000070008000000000000026',1,1,5,1795937459338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(40,X'0192f3a0000070008000000000000027',1,1,6,1795937576004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(41,X'0192f3a0000070008000000000000028',1,1,7,1795937692671,1795939909400,0,0,0,'checkout','email','de-CH','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(42,X'0192f3a0000070008000000000000029',1,1,8,1795937809338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(43,X'0192f3a000007000800000000000002a',1,1,9,1795937926004,1795939909400,0,0,0,'checkout','web','en',NULL,'comment 42','{"country":"AT","plan":"pro"}',NULL,'v-42',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(44,X'0192f3a000007000800000000000002b',1,1,10,1795938042671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(45,X'0192f3a000007000800000000000002c',1,1,0,1795938159338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(46,X'0192f3a000007000800000000000002d',1,1,1,1795938276004,1795939909400,0,0,0,'delivery','web','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(47,X'0192f3a000007000800000000000002e',1,1,2,1795938392671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(48,X'0192f3a000007000800000000000002f',1,1,3,1795938509338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(49,X'0192f3a0000070008000000000000030',1,1,4,1795938626004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-48',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(50,X'0192f3a0000070008000000000000031',1,1,5,1795938742671,1795939909400,0,0,0,'delivery','email','en',NULL,'comment 49','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(51,X'0192f3a0000070008000000000000032',1,1,6,1795938859338,1795939909400,0,0,0,'checkout','kiosk','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(52,X'0192f3a0000070008000000000000033',1,1,7,1795938976004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(53,X'0192f3a0000070008000000000000034',1,1,8,1795939092671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(54,X'0192f3a0000070008000000000000035',1,1,9,1795939209338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(55,X'0192f3a0000070008000000000000036',1,1,10,1795939326004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-54',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(56,X'0192f3a0000070008000000000000037',1,1,0,1795939442671,1795939909400,0,0,0,'delivery','email','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(57,X'0192f3a0000070008000000000000038',1,1,1,1795939559338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org','comment 56','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(58,X'0192f3a0000070008000000000000039',1,1,2,1795939676004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(59,X'0192f3a000007000800000000000003a',1,1,3,1795939792671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(60,X'0192f3a000007000800000000000003b',1,1,4,1795939909338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(61,X'01a2265c3f1870758f701cc4c209d0f9',3,1,1,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(62,X'01a2265c3f1870758f71dd3b46a58088',3,1,2,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(63,X'01a2265c3f1870758f7267be98c1e020',3,1,3,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(64,X'01a2265c3f1870758f7329e728d0ab39',3,1,4,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(65,X'01a2265c3f1870758f74ba3549f58a3a',3,1,5,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(66,X'01a2265c3f1870758f75ca3875e59275',3,1,6,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(67,X'01a2265c3f1870758f76223718927516',3,1,7,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(68,X'01a2265c3f1870758f771da7fbf75331',3,1,1,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(69,X'01a2265c3f1870758f789c87332bbba4',3,1,2,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(70,X'01a2265c3f1870758f79ac6f7e5a0e5a',3,1,3,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(71,X'01a2265c3f1870758f7a761546378f50',3,1,4,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(72,X'01a2265c3f1870758f7be70c502351b3',3,1,5,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(73,X'01a2265c3f1870758f7c5cb100dfe6de',3,1,6,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(74,X'01a2265c3f1870758f7dd194bdf462d6',3,1,7,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(75,X'01a2265c3f1870758f7e8acf90034bf9',5,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(76,X'01a2265c3f1870758f7f96fb9c82d4eb',6,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(77,X'01a2265c3f1870758f809c6b0be666c6',7,1,3,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(78,X'01a2265c3f1870758f8184a7c4986ade',5,1,4,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(79,X'01a2265c3f1870758f82ce66c20aca76',6,1,5,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(80,X'01a2265c3f1870758f83c58cd3fbef66',7,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(81,X'01a2265c3f1870758f84f39892ba0769',5,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(82,X'01a2265c3f1870758f8576ac41580701',6,1,3,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(83,X'01a2265c3f1870758f86bfaa40da18e1',7,1,4,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(84,X'01a2265c3f1870758f872de81316df76',5,1,5,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(85,X'01a2265c3f1870758f88ec3286c2c276',6,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(86,X'01a2265c3f1870758f890b19c2a195e0',7,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(87,X'01a2265c3f1870758f8a170039ca17b7',4,1,1,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(88,X'01a2265c3f1870758f8b4b3bde69e379',4,1,2,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(89,X'01a2265c3f1870758f8c0f0f31ac1b26',4,1,3,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(90,X'01a2265c3f1870758f8d2e2f48719b71',4,1,4,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(91,X'01a2265c3f1870758f8ec050be522fa3',4,1,5,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(92,X'01a2265c40527392989ab965e4a11872',8,1,7,1792483909338,1795939909714,0,0,-1796014428235,NULL,NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,1796014428235,NULL,NULL);
INSERT INTO response VALUES(93,X'01a2265c408577f498a810f16e07becf',8,1,7,1795767109338,1795939909765,0,0,0,NULL,NULL,NULL,'new@example.org','new','{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(94,X'01a2265c408973008479328cafc1dd5f',8,1,7,1795853509338,1795939909769,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(96,X'01a2265c409b74fe8b29f64e15a5ba38',9,1,7,1795853509338,1795939909787,0,0,0,'checkout',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(97,X'0192f3a0000070008000000000000101',1,1,8,1795939909790,1795939909790,0,0,0,NULL,NULL,NULL,'stays@example.org','after',NULL,NULL,NULL,2,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(98,X'0192f3a0000070008000000000000102',1,1,6,1795939909885,1795939909885,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,199994,NULL,NULL,NULL);
INSERT INTO response VALUES(99,X'0192f3a0000070008000000000000103',1,1,2,1795939909908,1795939909908,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(100,X'0192f3a0000070008000000000000103',4,1,2,1795939909933,1795939909933,0,0,0,NULL,NULL,NULL,NULL,'another survey',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(101,X'9533ac4a03885ae7856bcb0125fb4732',2,1,4,1795939909999,1795939909999,0,0,0,NULL,NULL,NULL,'guest@example.org','invited','{"plan":"pro"}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(102,X'01a2265c41dd73a49eac6a7469411dd1',1,1,0,1795939910109,1795939910109,1,8,0,NULL,'web',NULL,NULL,NULL,NULL,'suspected: user_agent',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(103,X'01a2265c41e77141b6ceeea492621f7f',3,1,2,1795939910119,1795939910119,0,0,0,NULL,NULL,NULL,'twice',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(104,X'01a2265c41f977129112aa1f7346042d',3,1,3,1795939910137,1795939910137,0,0,0,NULL,NULL,NULL,'twice',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(105,X'0192f3a0000070008000000000000104',1,1,3,1795939910148,1795939910148,0,0,1795939910177,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(107,X'0192f3a0000070008000000000000106',1,2,10,1795939910358,1795939910358,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"branch":"b1","plan":"pro"}',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(108,X'0192f3a0000070008000000000000201',1,2,2,1795995538844,1795995538844,0,0,0,'checkout',NULL,NULL,NULL,'the parcel came late','{"plan":"pro"}',NULL,'visit 0',NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(109,X'0192f3a0000070008000000000000202',1,2,4,1795995538878,1795995538878,0,0,0,NULL,NULL,NULL,'someone@example.org','wrong parcel again',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(110,X'0192f3a0000070008000000000000203',1,2,9,1795995538889,1795995538889,0,0,1795995598748,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(112,X'0192f3a0000070008000000000000205',1,2,1,1795995538894,1795995538894,1,0,0,NULL,NULL,NULL,NULL,'a test',NULL,'a test',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(113,X'0192203b9d00784080f95df5ae22bc22',1,2,0,1792558428247,1796014428252,0,0,0,'delivery',NULL,NULL,'imported-0@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(114,X'01920747924371498fafc29b858d7643',1,2,3,1792472028248,1796014428252,0,0,0,'checkout',NULL,NULL,'imported-1@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(115,X'01926d063ded766d89567e273400b133',1,2,6,1792385628248,1796014428252,0,0,0,'delivery',NULL,NULL,'imported-2@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(116,X'019216bee99076d088402e0635707840',1,2,9,1792299228248,1796014428252,0,0,0,'checkout',NULL,NULL,'imported-3@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(117,X'0192f04766657c3289b9588051f2746f',1,2,1,1792212828248,1796014428252,0,0,0,'delivery',NULL,NULL,'imported-4@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(118,X'0192889ee44571c38c0bde4c7c0c330d',1,2,4,1792126428248,1796014428252,0,0,0,'checkout',NULL,NULL,'imported-5@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(119,X'0192ff26bbb172318a686444fb6acbe0',1,2,7,1792040028248,1796014428252,0,0,0,'delivery',NULL,NULL,'imported-6@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(120,X'0192573e40977ba28a50a307245a168d',1,2,10,1791953628248,1796014428252,0,0,0,'checkout',NULL,NULL,'imported-7@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,1,NULL);
INSERT INTO response VALUES(121,X'01928077de46732a828cbcd69f02e96a',1,2,0,1792558428387,1796014428388,0,0,0,'delivery',NULL,NULL,'imported-0@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,2,NULL);
INSERT INTO response VALUES(122,X'01926ffc6a24707288990c4c019901e4',1,2,3,1792472028387,1796014428388,0,0,0,'checkout',NULL,NULL,'imported-1@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,2,NULL);
INSERT INTO response VALUES(123,X'019257a658b474f587b6d20df30f6cd8',1,2,6,1792385628387,1796014428388,0,0,0,'delivery',NULL,NULL,'imported-2@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,2,NULL);
INSERT INTO response VALUES(124,X'019274eeb14377b4810c43db44a1161f',1,2,9,1792299228387,1796014428388,0,0,0,'checkout',NULL,NULL,'imported-3@example.org','The delivery was late again','{"plan":"pro"}',NULL,NULL,NULL,0,NULL,2,NULL);
INSERT INTO response VALUES(125,X'019273bb260775738ad3315fa839715b',1,2,1,1792212828387,1796014428388,0,0,0,'delivery',NULL,NULL,'imported-4@example.org','Good prices, friendly people','{"plan":"free"}',NULL,NULL,NULL,0,NULL,2,NULL);
INSERT INTO response VALUES(130,X'01a22acd54ef7198ab2946b94ee95741',8,1,3,1793336029422,1796014429423,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(131,X'01a22acd550976df8a4cc901708d12cd',8,1,4,1793249629449,1796014429449,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(132,X'01a22acd55137495bc6e6ed01aaa244d',8,1,5,1793163229459,1796014429459,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(133,X'01a22acd5516734f847af8855cb1b9d5',8,1,6,1793076829462,1796014429462,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(134,X'01a22acd551872b394a420ed3497eb34',8,1,7,1792990429463,1796014429464,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(135,X'01a22acd551a76158f6c3bd84f8e93c3',8,1,8,1792904029465,1796014429466,0,0,-1796014430424,NULL,NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,1796014430424,NULL,NULL);
INSERT INTO response VALUES(142,X'01921cf0ccf97add8362b62b1e3a0fe8',1,2,2,1796014430504,1796014430504,0,0,0,NULL,NULL,NULL,'visitor-0@example.org','Told at the visit',NULL,NULL,'seen-0',0,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(143,X'0192fbfdc09578b0874d59ee5d608795',1,2,1,1796014430506,1796014430506,0,0,0,NULL,NULL,NULL,'visitor-1@example.org','Told otherwise',NULL,NULL,'seen-1',7,NULL,1796014430509,NULL,NULL);
INSERT INTO response VALUES(144,X'019264de3e957de88fabed7850bd2e2d',1,2,9,1796014430507,1796014430507,0,0,0,NULL,NULL,NULL,'visitor-2@example.org','Told at the visit',NULL,NULL,'seen-2',2,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(145,X'0192a4879898700f8678b6e1e29baed5',1,2,9,1796014430508,1796014430508,0,0,0,NULL,NULL,NULL,'visitor-3@example.org','Told at the visit',NULL,NULL,'seen-3',3,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(146,X'01a22acd5934707d8e92c66a2f99ceb1',1,2,10,1796014430516,1796014430516,0,0,1796014430517,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1796014430517,NULL,NULL);
INSERT INTO response VALUES(147,X'01a22bcaf05b72dbb5a83ca1ad8fd8bc',10,1,0,1796031049787,1796031049819,0,0,0,'checkout',NULL,NULL,NULL,'a comment of 0','{"plan":"pro"}',NULL,'visit-0',NULL,0,NULL,NULL,NULL);
INSERT INTO response VALUES(148,X'01a22bcaf07f70fbbb8139dcfa6e95be',10,1,1,1796016649853,1796031049855,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":2,"features":["app","maps"],"reason":"price","why":"late 1"}');
INSERT INTO response VALUES(149,X'01a22bcaf09c770c88e103fdb1c451f2',10,1,2,1796002249873,1796031049884,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":3,"features":["app","maps"],"reason":"quality"}');
INSERT INTO response VALUES(150,X'01a22bcaf0f1752c84ed185d61b1bebb',10,1,2,1795987849933,1796031049969,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1796031050292,NULL,'{"ease":2,"reason":"price"}');
INSERT INTO response VALUES(151,X'01a22bcaf125733b8b1b3f82a5776718',10,1,4,1795973450017,1796031050021,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":5,"features":["app","maps"]}');
INSERT INTO response VALUES(152,X'01a22bcaf1527166b91d41f1d1c9b8f4',10,1,5,1795959050051,1796031050066,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"features":["app","maps"],"reason":"quality"}');
INSERT INTO response VALUES(153,X'01a22bcaf156712f87bed21f890fdbdd',10,1,6,1795944650069,1796031050070,0,0,0,'checkout',NULL,NULL,NULL,'a comment of 6','{"plan":"pro"}',NULL,'visit-6',NULL,0,NULL,NULL,'{"ease":2,"reason":"delivery","why":"late 6"}');
INSERT INTO response VALUES(154,X'01a22bcaf1817588b232b284d3177aec',10,1,7,1795930250110,1796031050113,0,0,1796031050328,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,1796031050328,NULL,'{"ease":3,"features":["app","maps"],"reason":"price","why":null}');
INSERT INTO response VALUES(155,X'01a22bcaf1927713b7cdb62722be3f36',10,1,8,1795915850128,1796031050130,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":4,"features":["app","maps"]}');
INSERT INTO response VALUES(156,X'01a22bcaf19c72e18033c49fdf028bc7',10,1,9,1795901450136,1796031050140,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":5,"reason":"delivery","why":"late 9"}');
INSERT INTO response VALUES(157,X'01a22bcaf1ac76348f864f5b40b0c4af',10,1,10,1795887050146,1796031050156,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"features":["app","maps"],"reason":"price","why":"late 10"}');
INSERT INTO response VALUES(158,X'01a22bcaf1fd74299bf4254dfce60769',10,1,0,1795872650209,1796031050237,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":2,"features":["app","maps"],"reason":"quality"}');
INSERT INTO response VALUES(159,X'01a22bcaf209767c9214e523cdc99131',10,1,1,1795858250247,1796031050249,0,0,0,'checkout',NULL,NULL,NULL,'a comment of 12','{"plan":"pro"}',NULL,'visit-12',NULL,0,NULL,NULL,'{"ease":3}');
INSERT INTO response VALUES(160,X'01a22bcaf20c74448a155658f2d9dfc8',10,1,2,1795843850251,1796031050252,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":4,"features":["app","maps"],"reason":"price","why":"late 13"}');
INSERT INTO response VALUES(161,X'01a22bcaf20f718a940df07d6d0027c6',10,1,3,1795829450254,1796031050255,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":5,"features":["app","maps"],"reason":"quality"}');
INSERT INTO response VALUES(162,X'01a22bcaf214713f8abb61d54c9d0389',10,1,4,1795815050260,1796031050260,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"reason":"delivery","why":"late 15"}');
INSERT INTO response VALUES(163,X'01a22bcaf217732f90856b9df24e5f8c',10,1,5,1795800650262,1796031050263,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":2,"features":["app","maps"]}');
INSERT INTO response VALUES(164,X'01a22bcaf21a742fba9411f099cda704',10,1,6,1795786250265,1796031050266,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":3,"features":["app","maps"],"reason":"quality"}');
INSERT INTO response VALUES(165,X'01a22bcaf21e7469a5ce6e74f04cdcbf',10,1,7,1795771850269,1796031050270,0,0,0,'checkout',NULL,NULL,NULL,'a comment of 18','{"plan":"pro"}',NULL,'visit-18',NULL,0,NULL,NULL,'{"ease":4,"reason":"delivery","why":"late 18"}');
INSERT INTO response VALUES(166,X'01a22bcaf22477e7bbbe2884778d5679',10,1,8,1795757450276,1796031050276,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":5,"features":["app","maps"],"reason":"price","why":"late 19"}');
INSERT INTO response VALUES(167,X'01a22bcaf22870babe0a0d33f4943202',10,1,9,1795743050280,1796031050280,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"features":["app","maps"]}');
INSERT INTO response VALUES(168,X'01a22bcaf22b729dbb3dde6efda5f81f',10,1,10,1795728650283,1796031050283,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":2,"reason":"delivery","why":"late 21"}');
INSERT INTO response VALUES(169,X'01a22bcaf22e75e98369364130fe6216',10,1,0,1795714250285,1796031050286,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"plan":"pro"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":3,"features":["app","maps"],"reason":"price","why":"late 22"}');
INSERT INTO response VALUES(170,X'01a22bcaf2317770af3ae590b4beef76',10,1,1,1795699850289,1796031050289,0,0,0,'app',NULL,NULL,NULL,NULL,'{"plan":"free"}',NULL,NULL,NULL,0,NULL,NULL,'{"ease":4,"features":["app","maps"],"reason":"quality"}');
CREATE TABLE said_first (
    response INTEGER PRIMARY KEY REFERENCES response ON DELETE CASCADE,
    answered_at INTEGER NOT NULL,
    digest BLOB NOT NULL -- half of a SHA-256 over id and members (src/domain/response.c)
, revision INTEGER) STRICT;
INSERT INTO said_first VALUES(97,1795939909790,X'3055d6c35213748ed3c8bda5bae1c2ae',NULL);
INSERT INTO said_first VALUES(109,1795995538878,X'9adb35ea52d6764e3d43a076f22be7ef',NULL);
INSERT INTO said_first VALUES(143,1796014430506,X'ab56852a6c11c79c45afc8519057b393',NULL);
INSERT INTO said_first VALUES(150,1795987849933,X'3e5954eaebc2e846ed6eb8a96126c3a8',1);
CREATE TABLE gone (
    id BLOB NOT NULL,
    survey TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id, survey)
) STRICT, WITHOUT ROWID;
INSERT INTO gone VALUES(X'0192f3a0000070008000000000000105','shop',1795939910245);
INSERT INTO gone VALUES(X'0192f3a0000070008000000000000204','shop',1795995598755);
INSERT INTO gone VALUES(X'01a2265c4096776fae0fe2ece87d2bc3','brief',1796014428202);
INSERT INTO gone VALUES(X'01a22acd551b7203a964f120d502d2e6','brief',1796014430419);
INSERT INTO gone VALUES(X'01a22acd551c705d9d75d1e701b1bf66','brief',1796014430419);
INSERT INTO gone VALUES(X'01a22acd551d77479a0c2016ee07dff1','brief',1796014430419);
INSERT INTO gone VALUES(X'01a22acd551e7329b3df05e10ca90f3a','brief',1796014430419);
INSERT INTO gone VALUES(X'01a22acd551f7262964e94360f0ea828','brief',1796014430419);
INSERT INTO gone VALUES(X'01a22acd55207658aace87af205c4e32','brief',1796014430419);
CREATE TABLE invitation (
    survey INTEGER NOT NULL REFERENCES survey,
    response BLOB NOT NULL,
    respondent TEXT NOT NULL,
    properties TEXT, -- as a response's
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL, opened INTEGER NOT NULL DEFAULT 2,
    PRIMARY KEY (survey, response)
) STRICT, WITHOUT ROWID;
INSERT INTO invitation VALUES(2,X'2ace618a28d2559ab23158092f0d8a2d','again@example.org',NULL,1795995598762,1798587598762,1798589398762,0);
INSERT INTO invitation VALUES(2,X'bfd75fef17505275971a5be683e22a28','waits@example.org',NULL,1795939909994,1798531909994,1798533709994,2);
CREATE TABLE document (
    kind TEXT NOT NULL, -- as cxd/store/document.h names it
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
INSERT INTO document VALUES('alert','each','{"survey":"shop","kind":"detractor"}',1,1795995538762,1795995538762);
INSERT INTO document VALUES('alert','low','{"survey":"shop","kind":"score","below":30,"margin":null,"window":"7d","min_n":5}',1,1795995538729,1795995538729);
INSERT INTO document VALUES('journey','buy','{"name":"Buying","stages":[{"survey":"shop","touchpoint":"checkout"},{"survey":"visit","touchpoint":null}]}',1,1795995538707,1795995538707);
CREATE TABLE alert_state (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL, -- of the document
    version INTEGER NOT NULL, -- rises with every change
    status INTEGER NOT NULL, -- enum alert_status of domain/alert.h
    since INTEGER NOT NULL,
    evaluated_at INTEGER NOT NULL,
    day_end INTEGER NOT NULL,
    through INTEGER NOT NULL,
    reason INTEGER NOT NULL, -- enum alert_reason
    n INTEGER NOT NULL,
    value REAL,
    p_value REAL,
    acknowledged_at INTEGER NOT NULL,
    acknowledged_by TEXT,
    note TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO alert_state VALUES('each',1,1795995538768,2,1796014430524,1796014430524,0,107,0,2,NULL,NULL,0,NULL,NULL);
INSERT INTO alert_state VALUES('low',1,1795995538731,2,1796014428201,1796014428201,1795996800000,-1,0,67,-47.76119402985074913,NULL,0,NULL,NULL);
CREATE TABLE alert_event (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL, -- enum alert_event_kind
    at INTEGER NOT NULL,
    day_end INTEGER NOT NULL,
    n INTEGER NOT NULL,
    value REAL,
    p_value REAL,
    response INTEGER,
    response_id BLOB,
    acknowledged_at INTEGER NOT NULL,
    acknowledged_by TEXT,
    note TEXT,
    PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;
INSERT INTO alert_event VALUES('each',1,0,1795995538846,0,1,2.0,NULL,108,X'0192f3a0000070008000000000000201',0,NULL,NULL);
INSERT INTO alert_event VALUES('each',2,0,1795995538887,0,2,6.0,NULL,109,X'0192f3a0000070008000000000000202',0,NULL,NULL);
INSERT INTO alert_event VALUES('each',3,0,1795995538908,0,3,1.0,NULL,112,X'0192f3a0000070008000000000000205',0,NULL,NULL);
INSERT INTO alert_event VALUES('each',4,2,1795995538921,0,0,NULL,NULL,NULL,NULL,1795995538921,'cxs_DNS6','seen');
INSERT INTO alert_event VALUES('each',5,0,1796014430524,0,1,2.0,NULL,142,X'01921cf0ccf97add8362b62b1e3a0fe8',0,NULL,NULL);
INSERT INTO alert_event VALUES('each',6,0,1796014430524,0,2,1.0,NULL,143,X'0192fbfdc09578b0874d59ee5d608795',0,NULL,NULL);
INSERT INTO alert_event VALUES('low',1,0,1796014428201,1795996800000,67,-47.76119402985074913,NULL,NULL,NULL,0,NULL,NULL);
CREATE TABLE alert_amended (
    sequence_number INTEGER PRIMARY KEY,
    response INTEGER NOT NULL
) STRICT;
CREATE TABLE alert_told (through INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
INSERT INTO alert_told VALUES(170,7);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','comment_index','comment_index',0,'CREATE VIRTUAL TABLE comment_index USING fts5(
    comment, facet, content = '''', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
)');
CREATE TABLE IF NOT EXISTS 'comment_index_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO comment_index_data VALUES(1,X'216842');
INSERT INTO comment_index_data VALUES(10,X'0000000102020800020401010101010000');
INSERT INTO comment_index_data VALUES(137438953473,X'0000027b0230318d8590b5c0b8e0807d0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010286b7fce8a2c08015060101028180800106010102c0800106010102c0800106010102020273308d85b9cef8b8e08079060101030301318d8590b5c0b8e0807d06010103878aafd8a3c08012060101030301328d88d5cdacca80808e060101030301338d85afa8cab8e0807a060101030301368d85a5829cb8e0807b060101030301398d859adbeeb8e0807c0601010386f5e2fca480801406010103c08001060101030105616761696e8d859adbeeb8e0807c0206a999b7ffffff7e02060201748d88d5cdacca80808e020381c080020203c080010203010864656c69766572798d859adbeeb8e0807c0203a999b7ffffff7e02030108667269656e646c798d8590b5c0b8e0807d0204a999b7ffffff7e0204a999b7ffffff7e02040104676f6f648d8590b5c0b8e0807d0202a999b7ffffff7e0202a999b7ffffff7e020201046c6174658d859adbeeb8e0807c0205a999b7ffffff7e020501096f74686572776973658d88d5cdaccac0808f0203010670656f706c658d8590b5c0b8e0807d0205a999b7ffffff7e0205a999b7ffffff7e0205020572696365738d8590b5c0b8e0807d0203a999b7ffffff7e0203a999b7ffffff7e020301037468658d859adbeeb8e0807c0202a999b7ffffff7e020286ccc9c4a2c08014020481c080020204c08001020402036f6c648d88d5cdacca80808e0202818080010202c080010202c080010202010576697369748d88d5cdacca80808e020581c080020205c08001020501037761738d859adbeeb8e0807c0204a999b7ffffff7e0204045e111c101010231b191e27231a1625242e201d');
INSERT INTO comment_index_data VALUES(549755813889,X'000005a50230308d88cbf39bb580800102030101318d84f1c2b6968080780601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffffff7f0601010294ccdbffbfff7f0601010286a4c8c6bebfff100601010298f68dc080070601010298f68dc080070601010298f68d8080070601010298f68dc080070601010298f68dc080070601010298f68d8080070601010298f68dc080070601010298f68dc08007060101028ad8fa808028060101028da1d4ff80800b06010102918080010601010288808003060101020201348d88cc8c91c2c0800f0203020273308d85b9cef895e080710601010386a4c8c6bebfff10060101030301318d8590b5c0968080750601010386f8c2e7a8ffff44060101038dacae92808037060101030401308d84f1c2b6968080780601010387b5acace5ffff1e060101030301328d88ccb1c2d6c08024060101038df790a1808048060101030301338d85afa8ca968080720601010386b9c78ed8ffff1d060101030301348d85868f929680807606010103879abbf1b2ffff77060101030301358d88cccab8e3e08032060101030301368d85a5829c968080730601010386cec5d6f3bfff2a060101030301378d84fbe8e4968080770601010387a0ade4cbbfff11060101030301388d88ccdca0a7c08061060101030301398d859adbee968080740601010386e3c49f8dffff37060101030101328d88ccdca0dbe08065060101020201318d88cc98ccc980801602030201388d88cca587cfe0801d0203020273348d88ccdca0dbe0806506010103010233358d88ccb1c2d6c0802402030101348d88ccdca0cba08064060101020201328d88ccbdfddd80802b02030201398d88cccab8e3e080320203020273328d88ccdca0cba0806406010103010235368d88ccd6f3eac0803902030101378d88cbffd6bbe0800802030101388d88b88fc3b6c0805d06010102020273378d88b88fc3b6c0805d060101030101618d88d3ad8af3c0807002020204667465728d88ccdca0a7c08061020202046761696e8d84f1c2b6968080780206a999b7ffffff7e0206a999b7ffffff7e0206a999b7ffffff7e020686c88981b2ffff7b020402066e6f746865728d88ccdca0cba080640202010463616d658d88d3ad8ae780806c020402066f6d6d656e748d88cbf39bb5808001020298f68dc08007020298f68dc08007020298f68d808007020298f68dc08007020298f68dc08007020298f68d808007020298f68dc08007020298f68dc080070202010864656c69766572798d84f1c2b6968080780203a999b7ffffff7e0203a999b7ffffff7e0203a999b7ffffff7e02030108667269656e646c798d84fbe8e4968080770204a999b7ffffff7e0204a999b7ffffff7e0204a999b7ffbfff7e02040104676f6f648d84fbe8e4968080770202a999b7ffffff7e0202a999b7ffffff7e0202a999b7ffbfff7e02020107696e76697465648d88ccdca0dbe08065020201046c6174658d84f1c2b6968080780205a999b7ffffff7e0205a999b7ffffff7e0205a999b7ffffff7e020586c88981a1ffff7a020501036e65778d88b88fc3b6c0805d0202010670617263656c8d88d3ad8ae780806c02039180800102030205656f706c658d84fbe8e4968080770205a999b7ffffff7e0205a999b7ffffff7e0205a999b7ffbfff7e0205020572696365738d84fbe8e4968080770203a999b7ffffff7e0203a999b7ffffff7e0203a999b7ffbfff7e020301067375727665798d88ccdca0cba0806402030104746573748d88d3ad8af3c080700203020268658d84f1c2b6968080780202a999b7ffffff7e0202a999b7ffffff7e0202a999b7ffffff7e020286c88981a1ffff7a020201037761738d84f1c2b6968080780204a999b7ffffff7e0204a999b7ffffff7e0204a999b7ffffff7e02040204726f6e678d88d3ad8aefc0806d0202040e815e0e1d271c1b1c1c101c1c101c100e0e110f100e0e110f0e10110e113613115330302c143610192d2d1311342b');
CREATE TABLE IF NOT EXISTS 'comment_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO comment_index_idx VALUES(1,X'',2);
INSERT INTO comment_index_idx VALUES(4,X'',2);
CREATE TABLE IF NOT EXISTS 'comment_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO comment_index_config VALUES('usermerge',2);
INSERT INTO comment_index_config VALUES('version',4);
CREATE TABLE comment_place (
    place INTEGER PRIMARY KEY,
    number INTEGER NOT NULL, -- of the response
    words INTEGER NOT NULL   -- of its comment
) STRICT;
INSERT INTO comment_place VALUES(1878999567693774968,120,5);
INSERT INTO comment_place VALUES(1879090164660174967,119,4);
INSERT INTO comment_place VALUES(1879180761626574966,118,5);
INSERT INTO comment_place VALUES(1879271358592974965,117,4);
INSERT INTO comment_place VALUES(1879271358738727037,125,4);
INSERT INTO comment_place VALUES(1879361955559374964,116,5);
INSERT INTO comment_place VALUES(1879361955705127036,124,5);
INSERT INTO comment_place VALUES(1879452552525774963,115,4);
INSERT INTO comment_place VALUES(1879452552671527035,123,4);
INSERT INTO comment_place VALUES(1879543149492174962,114,5);
INSERT INTO comment_place VALUES(1879543149637927034,122,5);
INSERT INTO comment_place VALUES(1879633746457526385,113,4);
INSERT INTO comment_place VALUES(1879633746604327033,121,4);
INSERT INTO comment_place VALUES(1882998292441202781,93,1);
INSERT INTO comment_place VALUES(1883172268675170305,1,2);
INSERT INTO comment_place VALUES(1883173125012586504,8,2);
INSERT INTO comment_place VALUES(1883173981350002703,15,2);
INSERT INTO comment_place VALUES(1883174837686370326,22,2);
INSERT INTO comment_place VALUES(1883175694023786525,29,2);
INSERT INTO comment_place VALUES(1883176550361202724,36,2);
INSERT INTO comment_place VALUES(1883177406697570347,43,2);
INSERT INTO comment_place VALUES(1883178263034986546,50,2);
INSERT INTO comment_place VALUES(1883179119372402745,57,2);
INSERT INTO comment_place VALUES(1883179486847959137,97,1);
INSERT INTO comment_place VALUES(1883179486997905508,100,2);
INSERT INTO comment_place VALUES(1883179487067111525,101,1);
INSERT INTO comment_place VALUES(1883237818138886252,108,4);
INSERT INTO comment_place VALUES(1883237818174537837,109,3);
INSERT INTO comment_place VALUES(1883237818191315056,112,2);
INSERT INTO comment_place VALUES(1883257627480162446,142,4);
INSERT INTO comment_place VALUES(1883257627482259599,143,2);
INSERT INTO comment_place VALUES(1883257627483308176,144,4);
INSERT INTO comment_place VALUES(1883257627484356753,145,4);
CREATE TABLE comment_total (
    survey INTEGER PRIMARY KEY,
    comments INTEGER NOT NULL,
    words INTEGER NOT NULL
) STRICT;
INSERT INTO comment_total VALUES(1,30,100);
INSERT INTO comment_total VALUES(2,1,1);
INSERT INTO comment_total VALUES(4,1,2);
INSERT INTO comment_total VALUES(8,1,1);
CREATE TABLE comment_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    indexed INTEGER NOT NULL, -- comments of responses up to this number are in the index
    purge INTEGER NOT NULL,   -- enum purge of src/store/sqlite/writer.h
    stale INTEGER NOT NULL    -- 1: segments may have words of comments that were amended since the last purge
) STRICT;
INSERT INTO comment_state VALUES(1,146,0,0);
CREATE TABLE impression (
    number INTEGER PRIMARY KEY,
    survey INTEGER NOT NULL,
    day INTEGER NOT NULL, -- since 1970
    visit BLOB,
    at INTEGER NOT NULL,
    seen INTEGER NOT NULL, -- enum impression_seen
    answers INTEGER NOT NULL,
    next_answers INTEGER NOT NULL,
    touchpoint TEXT,
    channel TEXT,
    locale TEXT,
    properties TEXT -- as a response's, of declared ones
) STRICT;
INSERT INTO impression VALUES(1,1,20786,X'04c6094b517ca3b0c1c18170dc3f2584',1795995538794,1,1,0,'delivery',NULL,NULL,'{"plan":"free"}');
INSERT INTO impression VALUES(2,1,20785,X'659e664ee8249101a386af549ca064e6',1795909138832,4,0,0,'checkout',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(3,1,20784,X'c2d7d22f4f4089bf11dc564e95a2d798',1795822738836,2,0,0,'delivery',NULL,NULL,'{"plan":"free"}');
INSERT INTO impression VALUES(4,1,20783,X'5cca87e8e2ce58c664ce3b051130dc8d',1795736338839,1,0,0,'checkout',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(5,1,20782,X'627c3c615c77013e8e30e3f0ac040e72',1795649938841,4,0,0,'delivery',NULL,NULL,'{"plan":"free"}');
INSERT INTO impression VALUES(6,1,20781,X'b36b1deec641f107e2295ab2887e6927',1795563538842,2,0,0,'checkout',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(7,1,20787,X'ebb7133a398d7751ea3ddda5bd0a8fa6',1796014430465,1,1,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(8,1,20787,X'04d72fb440e8b9020b986331513871ac',1796014430484,5,1,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(9,1,20787,X'2abfa561f0c645cf7828a2ee8031650f',1796014430491,1,1,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(10,1,20787,X'bc78d500fd05508fd87091f93d8a6b63',1796014430494,5,1,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(11,1,20787,X'4624135ed38562fb37119735487a5526',1796014430500,3,0,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(12,1,20787,X'f31e281004d85710387b3c82f8bb8c0e',1796014430501,5,0,0,'delivery',NULL,NULL,'{"plan":"pro"}');
INSERT INTO impression VALUES(13,10,20787,X'f5e71e2b459058260b28344ea2ad3917',1796031050316,1,0,0,'app',NULL,NULL,NULL);
CREATE TABLE impression_survey (
    survey INTEGER PRIMARY KEY REFERENCES survey,
    after INTEGER NOT NULL
) STRICT;
INSERT INTO impression_survey VALUES(1,107);
INSERT INTO impression_survey VALUES(10,170);
CREATE TABLE impression_property (
    survey INTEGER NOT NULL REFERENCES survey,
    key TEXT NOT NULL,
    shown_from INTEGER NOT NULL,
    PRIMARY KEY (survey, key)
) STRICT, WITHOUT ROWID;
INSERT INTO impression_property VALUES(1,'branch',0);
INSERT INTO impression_property VALUES(1,'plan',0);
INSERT INTO impression_property VALUES(2,'plan',0);
INSERT INTO impression_property VALUES(8,'plan',0);
INSERT INTO impression_property VALUES(10,'plan',0);
CREATE TABLE import (
    number INTEGER PRIMARY KEY, -- ascending
    id BLOB NOT NULL UNIQUE,
    survey INTEGER NOT NULL REFERENCES survey,
    source TEXT NOT NULL,
    fingerprint TEXT NOT NULL, -- of the source and how it is read: an open import of the same goes on
    expected INTEGER, -- rows that the source has; NULL: it was not said
    state INTEGER NOT NULL, -- 0 open, 1 done, 2 being undone, 3 undone
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, -- of the last change of its state or counts
    created INTEGER NOT NULL, -- rows by what became of them
    known INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    removed INTEGER NOT NULL, -- responses that undoing has deleted
    after INTEGER NOT NULL,
    last INTEGER NOT NULL,
    undone INTEGER NOT NULL -- numbers up to which undoing has come
) STRICT;
INSERT INTO import VALUES(1,X'01a22acd5031740dbb88dfa493ccc148',1,'old-tool.csv','sha256:done',9,1,1796014428209,1796014428353,8,0,1,0,112,120,112);
INSERT INTO import VALUES(2,X'01a22acd50e2752abce0b326739d5a52',1,'second.csv','sha256:open',20,0,1796014428386,1796014428388,5,0,0,0,120,125,120);
INSERT INTO import VALUES(3,X'01a22acd50e67551aed2964b50e5717c',5,'wrong.csv','sha256:wrong',4,3,1796014428390,1796014429407,4,0,0,4,125,129,129);
CREATE TABLE impression_name (
    day INTEGER NOT NULL,
    visit BLOB NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (day, visit)
) STRICT, WITHOUT ROWID;
INSERT INTO impression_name VALUES(20781,X'b36b1deec641f107e2295ab2887e6927',6);
INSERT INTO impression_name VALUES(20782,X'627c3c615c77013e8e30e3f0ac040e72',5);
INSERT INTO impression_name VALUES(20783,X'5cca87e8e2ce58c664ce3b051130dc8d',4);
INSERT INTO impression_name VALUES(20784,X'c2d7d22f4f4089bf11dc564e95a2d798',3);
INSERT INTO impression_name VALUES(20785,X'659e664ee8249101a386af549ca064e6',2);
INSERT INTO impression_name VALUES(20786,X'04c6094b517ca3b0c1c18170dc3f2584',1);
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
INSERT INTO question VALUES(10,1,'reason',0,NULL,0,0,2,1);
INSERT INTO question VALUES(10,2,'features',1,NULL,0,0,1,1);
INSERT INTO question VALUES(10,3,'ease',2,'csat',1,5,2,1);
INSERT INTO question VALUES(10,4,'why',3,NULL,0,0,1,1);
CREATE INDEX audit_by_target ON audit (target, number);
CREATE INDEX dimension_unrolled ON dimension (state, survey, name) WHERE state <> 0;
CREATE INDEX dimension_overflowing ON dimension (survey, name) WHERE beyond <> 0;
CREATE INDEX survey_by_generation ON survey (generation);
CREATE INDEX key_by_generation ON api_key (generation);
CREATE UNIQUE INDEX response_by_id ON response (survey, id);
CREATE INDEX response_by_time ON response (survey, answered_at, score, excluded);
CREATE INDEX response_by_respondent ON response (respondent, survey, excluded, answered_at, id)
WHERE respondent IS NOT NULL;
CREATE INDEX response_flagged ON response (survey, answered_at, flags) WHERE flags <> 0;
CREATE INDEX gone_by_time ON gone (at);
CREATE INDEX invitation_by_respondent ON invitation (respondent);
CREATE INDEX invitation_by_end ON invitation (kept_until);
CREATE INDEX alert_event_by_response ON alert_event (response, name) WHERE response IS NOT NULL;
CREATE INDEX impression_by_time ON impression (survey, at);
PRAGMA writable_schema=OFF;
COMMIT;
PRAGMA application_id = 1668834353;
PRAGMA user_version = 7;
