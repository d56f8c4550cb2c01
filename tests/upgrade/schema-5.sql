-- A database of schema 5, dumped from what cxd wrote when that was the newest. Its admin key:
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
INSERT INTO rollup VALUES(-2,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,1,20786,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,2,498887,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-2,0,3,1995550,0,0,0,0,0,0,1,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,0,0,0,6,1,2,2,2,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20781,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20782,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20783,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20784,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20785,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,1,20786,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498767,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498791,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498815,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498839,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498863,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,2,498887,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995070,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995166,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995262,0,1,0,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995358,0,1,0,1,0,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995454,0,1,0,0,1,0,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,0,3,1995550,0,1,1,0,0,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,27,3,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,28,3,1,1,1,1,0,0,0,0,0,0);
INSERT INTO rollup VALUES(-1,1,0,0,29,3,0,1,1,1,0,0,0,0,0,0);
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
INSERT INTO rollup VALUES(1,0,0,0,0,6,6,8,6,7,5,6,5,6,6,6);
INSERT INTO rollup VALUES(1,0,1,20786,0,6,6,8,6,7,5,6,5,6,6,6);
INSERT INTO rollup VALUES(1,0,2,498870,0,3,2,2,1,2,2,2,2,2,2,2);
INSERT INTO rollup VALUES(1,0,2,498871,0,2,3,3,3,3,3,3,3,3,2,2);
INSERT INTO rollup VALUES(1,0,2,498872,0,1,1,2,2,1,0,1,0,1,1,2);
INSERT INTO rollup VALUES(1,0,2,498887,0,0,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,0,3,1995481,0,1,1,1,0,1,1,1,0,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1995482,0,1,1,1,1,0,0,0,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995483,0,1,0,0,0,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995484,0,0,1,1,1,1,1,1,1,0,0,0);
INSERT INTO rollup VALUES(1,0,3,1995485,0,1,1,1,1,1,0,0,0,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995486,0,1,1,0,0,0,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,0,3,1995487,0,0,0,1,1,1,1,1,1,1,0,0);
INSERT INTO rollup VALUES(1,0,3,1995488,0,1,1,2,2,1,0,1,0,1,1,2);
INSERT INTO rollup VALUES(1,0,3,1995550,0,0,0,1,0,1,0,0,0,0,1,0);
INSERT INTO rollup VALUES(1,1,0,0,1,2,2,2,1,2,1,2,2,1,2,2);
INSERT INTO rollup VALUES(1,1,0,0,2,2,2,2,2,2,2,1,2,2,1,2);
INSERT INTO rollup VALUES(1,1,0,0,3,2,2,2,2,2,2,2,1,2,2,1);
INSERT INTO rollup VALUES(1,1,0,0,4,2,1,1,1,1,1,1,1,1,1,1);
INSERT INTO rollup VALUES(1,1,0,0,5,4,5,5,4,5,4,4,4,4,4,4);
INSERT INTO rollup VALUES(1,1,0,0,7,3,3,4,3,3,2,3,2,3,2,4);
INSERT INTO rollup VALUES(1,1,0,0,8,3,3,3,2,3,3,2,3,2,3,2);
INSERT INTO rollup VALUES(1,1,0,0,9,3,3,4,3,3,2,3,2,3,2,4);
INSERT INTO rollup VALUES(1,1,0,0,10,3,3,3,2,3,3,2,3,2,3,2);
INSERT INTO rollup VALUES(1,1,0,0,26,0,0,0,0,0,0,0,0,0,0,1);
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
INSERT INTO rollup VALUES(8,0,0,0,0,0,0,0,0,0,0,0,3,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20746,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20784,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,1,20785,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,497912,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498824,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,2,498848,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1991648,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1995296,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,0,3,1995392,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,0,0,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,0,0,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20746,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,1,20784,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,2,497912,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,2,498824,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1991648,22,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(8,1,3,1995296,23,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,0,0,0,0,0,0,0,0,0,0,2,0,0,0);
INSERT INTO rollup VALUES(9,0,1,20746,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,1,20785,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,2,497912,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,2,498848,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,3,1991648,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,0,3,1995392,0,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,0,0,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,1,20785,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,2,498848,24,0,0,0,0,0,0,0,1,0,0,0);
INSERT INTO rollup VALUES(9,1,3,1995392,24,0,0,0,0,0,0,0,1,0,0,0);
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
INSERT INTO api_key VALUES(X'01a2265c3bd77345af5ae13b31cc0fba','first admin key','cxs_DNS6',X'314a65edb21d5d45eaa567bdfa9ba3ce01e7a01dcda8b028c28a9117d051a5bc',16,1795939908567,9223372036854775807,1795910400000,0,3);
INSERT INTO api_key VALUES(X'01a2265c4331719d9b405012dce230ec','reports','cxs_hkuP',X'7b2b1ea44f37ba4f2350f62ec9429805232369c7838c27b3eedd75c9863fefc7',1,1795939910449,9223372036854775807,0,0,15);
INSERT INTO api_key VALUES(X'01a2265c43a4735697f6536cc2b71698','short','cxs_E1XV',X'bd1c8bed64d07e847670caeb9174d9e56d19394428d948070fec1f5777edac6b',1,1795939910564,1795943510564,0,0,16);
INSERT INTO api_key VALUES(X'01a2265c43bf77d794d0b0bf07b294a1','old','cxs_GY-y',X'ae8a89df82d64857333975f44dd19009791ba2002a74c5f9ddbd91e169d85564',2,1795939910591,9223372036854775807,0,1795939910609,18);
CREATE TABLE anonymised (
    survey INTEGER PRIMARY KEY,
    done_at INTEGER NOT NULL,
    done_score INTEGER NOT NULL DEFAULT -1, done_excluded INTEGER NOT NULL DEFAULT 0, done_number INTEGER NOT NULL DEFAULT 0) STRICT;
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
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    store BLOB NOT NULL,         -- a UUID: the list of erasures names it
    audit_secret BLOB NOT NULL,  -- 32 random bytes: the key of respondents' hashes in the audit log
    erasures INTEGER NOT NULL    -- number of the last entry of the list that this database knows; -1: it has had no list
, catalog_generation INTEGER NOT NULL DEFAULT 0, keys_removed INTEGER NOT NULL DEFAULT 0, numbered INTEGER NOT NULL DEFAULT 0, known_at INTEGER NOT NULL DEFAULT 0, impressions_from INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO identity VALUES(1,X'80c0ec485c304e9aa5232cd16a0a7e0b',X'2e0923fdb3b9c1a984281005693f2f6e52f0c783eb10589dd34470c6a65f1926',4,19,0,111,1795995956688,0);
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
) STRICT;
INSERT INTO response VALUES(1,X'0192f3a0000070008000000000000000',1,1,0,1795933026004,1795939909400,0,0,0,'checkout','web','de-CH','person0@example.org','comment 0','{"country":"AT","plan":"pro"}',NULL,'v-0',NULL,0);
INSERT INTO response VALUES(2,X'0192f3a0000070008000000000000001',1,1,1,1795933142671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(3,X'0192f3a0000070008000000000000002',1,1,2,1795933259338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(4,X'0192f3a0000070008000000000000003',1,1,3,1795933376004,1795939909400,1,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}','a test',NULL,NULL,0);
INSERT INTO response VALUES(5,X'0192f3a0000070008000000000000004',1,1,4,1795933492671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(6,X'0192f3a0000070008000000000000005',1,1,5,1795933609338,1795939909400,0,0,0,'delivery','kiosk','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(7,X'0192f3a0000070008000000000000006',1,1,6,1795933726004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-6',NULL,0);
INSERT INTO response VALUES(8,X'0192f3a0000070008000000000000007',1,1,7,1795933842671,1795939909400,0,0,0,'delivery','email','en',NULL,'comment 7','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(9,X'0192f3a0000070008000000000000008',1,1,8,1795933959338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(10,X'0192f3a0000070008000000000000009',1,1,9,1795934076004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(11,X'0192f3a000007000800000000000000a',1,1,10,1795934192671,1795939909400,0,0,0,'checkout','email','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(12,X'0192f3a000007000800000000000000b',1,1,0,1795934309338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(13,X'0192f3a000007000800000000000000c',1,1,1,1795934426004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-12',NULL,0);
INSERT INTO response VALUES(14,X'0192f3a000007000800000000000000d',1,1,2,1795934542671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(15,X'0192f3a000007000800000000000000e',1,1,3,1795934659338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,'comment 14','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(16,X'0192f3a000007000800000000000000f',1,1,4,1795934776004,1795939909400,0,0,0,'delivery','web','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(17,X'0192f3a0000070008000000000000010',1,1,5,1795934892671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(18,X'0192f3a0000070008000000000000011',1,1,6,1795935009338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(19,X'0192f3a0000070008000000000000012',1,1,7,1795935126004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-18',NULL,0);
INSERT INTO response VALUES(20,X'0192f3a0000070008000000000000013',1,1,8,1795935242671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(21,X'0192f3a0000070008000000000000014',1,1,9,1795935359338,1795939909400,0,0,0,'checkout','kiosk','de-CH','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(22,X'0192f3a0000070008000000000000015',1,1,10,1795935476004,1795939909400,0,0,0,'delivery','web','en',NULL,'comment 21','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(23,X'0192f3a0000070008000000000000016',1,1,0,1795935592671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(24,X'0192f3a0000070008000000000000017',1,1,1,1795935709338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(25,X'0192f3a0000070008000000000000018',1,1,2,1795935826004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-24',NULL,0);
INSERT INTO response VALUES(26,X'0192f3a0000070008000000000000019',1,1,3,1795935942671,1795939909400,0,0,0,'delivery','email','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(27,X'0192f3a000007000800000000000001a',1,1,4,1795936059338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(28,X'0192f3a000007000800000000000001b',1,1,5,1795936176004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(29,X'0192f3a000007000800000000000001c',1,1,6,1795936292671,1795939909400,0,0,0,'checkout','email','en','person4@example.org','comment 28','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(30,X'0192f3a000007000800000000000001d',1,1,7,1795936409338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(31,X'0192f3a000007000800000000000001e',1,1,8,1795936526004,1795939909400,0,0,0,'checkout','web','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-30',NULL,0);
INSERT INTO response VALUES(32,X'0192f3a000007000800000000000001f',1,1,9,1795936642671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(33,X'0192f3a0000070008000000000000020',1,1,10,1795936759338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(34,X'0192f3a0000070008000000000000021',1,1,0,1795936876004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(35,X'0192f3a0000070008000000000000022',1,1,1,1795936992671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(36,X'0192f3a0000070008000000000000023',1,1,2,1795937109338,1795939909400,0,0,0,'delivery','kiosk','de-CH',NULL,'comment 35','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(37,X'0192f3a0000070008000000000000024',1,1,3,1795937226004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-36',NULL,0);
INSERT INTO response VALUES(38,X'0192f3a0000070008000000000000025',1,1,4,1795937342671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(39,X'0192f3a0000070008000000000000026',1,1,5,1795937459338,1795939909400,0,0,0,'checkout','kiosk','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(40,X'0192f3a0000070008000000000000027',1,1,6,1795937576004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(41,X'0192f3a0000070008000000000000028',1,1,7,1795937692671,1795939909400,0,0,0,'checkout','email','de-CH','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(42,X'0192f3a0000070008000000000000029',1,1,8,1795937809338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(43,X'0192f3a000007000800000000000002a',1,1,9,1795937926004,1795939909400,0,0,0,'checkout','web','en',NULL,'comment 42','{"country":"AT","plan":"pro"}',NULL,'v-42',NULL,0);
INSERT INTO response VALUES(44,X'0192f3a000007000800000000000002b',1,1,10,1795938042671,1795939909400,0,0,0,'delivery','email','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(45,X'0192f3a000007000800000000000002c',1,1,0,1795938159338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(46,X'0192f3a000007000800000000000002d',1,1,1,1795938276004,1795939909400,0,0,0,'delivery','web','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(47,X'0192f3a000007000800000000000002e',1,1,2,1795938392671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(48,X'0192f3a000007000800000000000002f',1,1,3,1795938509338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(49,X'0192f3a0000070008000000000000030',1,1,4,1795938626004,1795939909400,0,0,0,'checkout','web','en','person0@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,'v-48',NULL,0);
INSERT INTO response VALUES(50,X'0192f3a0000070008000000000000031',1,1,5,1795938742671,1795939909400,0,0,0,'delivery','email','en',NULL,'comment 49','{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(51,X'0192f3a0000070008000000000000032',1,1,6,1795938859338,1795939909400,0,0,0,'checkout','kiosk','de-CH',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(52,X'0192f3a0000070008000000000000033',1,1,7,1795938976004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(53,X'0192f3a0000070008000000000000034',1,1,8,1795939092671,1795939909400,0,0,0,'checkout','email','en','person4@example.org',NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(54,X'0192f3a0000070008000000000000035',1,1,9,1795939209338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(55,X'0192f3a0000070008000000000000036',1,1,10,1795939326004,1795939909400,0,0,0,'checkout','web','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,'v-54',NULL,0);
INSERT INTO response VALUES(56,X'0192f3a0000070008000000000000037',1,1,0,1795939442671,1795939909400,0,0,0,'delivery','email','de-CH',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(57,X'0192f3a0000070008000000000000038',1,1,1,1795939559338,1795939909400,0,0,0,'checkout','kiosk','en','person8@example.org','comment 56','{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(58,X'0192f3a0000070008000000000000039',1,1,2,1795939676004,1795939909400,0,0,0,'delivery','web','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(59,X'0192f3a000007000800000000000003a',1,1,3,1795939792671,1795939909400,0,0,0,'checkout','email','en',NULL,NULL,'{"country":"AT","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(60,X'0192f3a000007000800000000000003b',1,1,4,1795939909338,1795939909400,0,0,0,'delivery','kiosk','en',NULL,NULL,'{"country":"AT","plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(61,X'01a2265c3f1870758f701cc4c209d0f9',3,1,1,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(62,X'01a2265c3f1870758f71dd3b46a58088',3,1,2,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(63,X'01a2265c3f1870758f7267be98c1e020',3,1,3,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(64,X'01a2265c3f1870758f7329e728d0ab39',3,1,4,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(65,X'01a2265c3f1870758f74ba3549f58a3a',3,1,5,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(66,X'01a2265c3f1870758f75ca3875e59275',3,1,6,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(67,X'01a2265c3f1870758f76223718927516',3,1,7,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(68,X'01a2265c3f1870758f771da7fbf75331',3,1,1,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(69,X'01a2265c3f1870758f789c87332bbba4',3,1,2,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(70,X'01a2265c3f1870758f79ac6f7e5a0e5a',3,1,3,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(71,X'01a2265c3f1870758f7a761546378f50',3,1,4,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(72,X'01a2265c3f1870758f7be70c502351b3',3,1,5,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(73,X'01a2265c3f1870758f7c5cb100dfe6de',3,1,6,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(74,X'01a2265c3f1870758f7dd194bdf462d6',3,1,7,1795939909400,1795939909400,0,0,0,'support',NULL,'ja',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(75,X'01a2265c3f1870758f7e8acf90034bf9',5,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(76,X'01a2265c3f1870758f7f96fb9c82d4eb',6,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(77,X'01a2265c3f1870758f809c6b0be666c6',7,1,3,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(78,X'01a2265c3f1870758f8184a7c4986ade',5,1,4,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(79,X'01a2265c3f1870758f82ce66c20aca76',6,1,5,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(80,X'01a2265c3f1870758f83c58cd3fbef66',7,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(81,X'01a2265c3f1870758f84f39892ba0769',5,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(82,X'01a2265c3f1870758f8576ac41580701',6,1,3,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(83,X'01a2265c3f1870758f86bfaa40da18e1',7,1,4,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(84,X'01a2265c3f1870758f872de81316df76',5,1,5,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(85,X'01a2265c3f1870758f88ec3286c2c276',6,1,1,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(86,X'01a2265c3f1870758f890b19c2a195e0',7,1,2,1795939909400,1795939909400,0,0,0,'site','web','en',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(87,X'01a2265c3f1870758f8a170039ca17b7',4,1,1,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(88,X'01a2265c3f1870758f8b4b3bde69e379',4,1,2,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(89,X'01a2265c3f1870758f8c0f0f31ac1b26',4,1,3,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(90,X'01a2265c3f1870758f8d2e2f48719b71',4,1,4,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(91,X'01a2265c3f1870758f8ec050be522fa3',4,1,5,1795939909400,1795939909400,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(92,X'01a2265c40527392989ab965e4a11872',8,1,7,1792483909338,1795939909714,0,0,0,NULL,NULL,NULL,'old@example.org','old','{"city":"Graz","plan":"pro"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(93,X'01a2265c408577f498a810f16e07becf',8,1,7,1795767109338,1795939909765,0,0,0,NULL,NULL,NULL,'new@example.org','new','{"plan":"free"}',NULL,NULL,NULL,0);
INSERT INTO response VALUES(94,X'01a2265c408973008479328cafc1dd5f',8,1,7,1795853509338,1795939909769,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO response VALUES(95,X'01a2265c4096776fae0fe2ece87d2bc3',9,1,7,1792483909338,1795939909782,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO response VALUES(96,X'01a2265c409b74fe8b29f64e15a5ba38',9,1,7,1795853509338,1795939909787,0,0,0,'checkout',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO response VALUES(97,X'0192f3a0000070008000000000000101',1,1,8,1795939909790,1795939909790,0,0,0,NULL,NULL,NULL,'stays@example.org','after',NULL,NULL,NULL,2,NULL);
INSERT INTO response VALUES(98,X'0192f3a0000070008000000000000102',1,1,6,1795939909885,1795939909885,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,199994);
INSERT INTO response VALUES(99,X'0192f3a0000070008000000000000103',1,1,2,1795939909908,1795939909908,0,0,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(100,X'0192f3a0000070008000000000000103',4,1,2,1795939909933,1795939909933,0,0,0,NULL,NULL,NULL,NULL,'another survey',NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(101,X'9533ac4a03885ae7856bcb0125fb4732',2,1,4,1795939909999,1795939909999,0,0,0,NULL,NULL,NULL,'guest@example.org','invited','{"plan":"pro"}',NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(102,X'01a2265c41dd73a49eac6a7469411dd1',1,1,0,1795939910109,1795939910109,1,8,0,NULL,'web',NULL,NULL,NULL,NULL,'suspected: user_agent',NULL,NULL,NULL);
INSERT INTO response VALUES(103,X'01a2265c41e77141b6ceeea492621f7f',3,1,2,1795939910119,1795939910119,0,0,0,NULL,NULL,NULL,'twice',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(104,X'01a2265c41f977129112aa1f7346042d',3,1,3,1795939910137,1795939910137,0,0,0,NULL,NULL,NULL,'twice',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(105,X'0192f3a0000070008000000000000104',1,1,3,1795939910148,1795939910148,0,0,1795939910177,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(107,X'0192f3a0000070008000000000000106',1,2,10,1795939910358,1795939910358,0,0,0,'checkout',NULL,NULL,NULL,NULL,'{"branch":"b1","plan":"pro"}',NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(108,X'0192f3a0000070008000000000000201',1,2,2,1795995538844,1795995538844,0,0,0,'checkout',NULL,NULL,NULL,'the parcel came late','{"plan":"pro"}',NULL,'visit 0',NULL,NULL);
INSERT INTO response VALUES(109,X'0192f3a0000070008000000000000202',1,2,4,1795995538878,1795995538878,0,0,0,NULL,NULL,NULL,'someone@example.org','wrong parcel again',NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(110,X'0192f3a0000070008000000000000203',1,2,9,1795995538889,1795995538889,0,0,1795995598748,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO response VALUES(112,X'0192f3a0000070008000000000000205',1,2,1,1795995538894,1795995538894,1,0,0,NULL,NULL,NULL,NULL,'a test',NULL,'a test',NULL,NULL,NULL);
CREATE TABLE said_first (
    response INTEGER PRIMARY KEY REFERENCES response ON DELETE CASCADE,
    answered_at INTEGER NOT NULL,
    digest BLOB NOT NULL -- half of a SHA-256 over id and members (src/domain/response.c)
) STRICT;
INSERT INTO said_first VALUES(97,1795939909790,X'3055d6c35213748ed3c8bda5bae1c2ae');
INSERT INTO said_first VALUES(109,1795995538878,X'9adb35ea52d6764e3d43a076f22be7ef');
CREATE TABLE gone (
    id BLOB NOT NULL,
    survey TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (id, survey)
) STRICT, WITHOUT ROWID;
INSERT INTO gone VALUES(X'0192f3a0000070008000000000000105','shop',1795939910245);
INSERT INTO gone VALUES(X'0192f3a0000070008000000000000204','shop',1795995598755);
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
INSERT INTO invitation VALUES(2,X'9533ac4a03885ae7856bcb0125fb4732','guest@example.org','{"plan":"pro"}',1795939909937,1798531909937,1795941709999,2);
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
INSERT INTO alert_state VALUES('each',1,1795995538766,3,1795995538921,1795995538908,0,107,0,0,NULL,NULL,1795995538921,'cxs_DNS6','seen');
INSERT INTO alert_state VALUES('low',1,1795995538730,0,1795995538729,1795995538730,1795910400000,-1,2,0,NULL,NULL,0,NULL,NULL);
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
CREATE TABLE alert_amended (
    sequence_number INTEGER PRIMARY KEY,
    response INTEGER NOT NULL
) STRICT;
CREATE TABLE alert_told (through INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;
INSERT INTO alert_told VALUES(112,5);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','comment_index','comment_index',0,'CREATE VIRTUAL TABLE comment_index USING fts5(
    comment, facet, content = '''', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
)');
CREATE TABLE IF NOT EXISTS 'comment_index_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO comment_index_data VALUES(1,X'112122');
INSERT INTO comment_index_data VALUES(10,X'0000000102020500020501010101010000');
INSERT INTO comment_index_data VALUES(137438953473,X'000000980230318d88d3ad8aefc0806d07010102020273348d88d3ad8aefc0806d060101030301368d88d3ad8aefc0806d01010561667465728d88d3ad8aefc0806d0102046761696e8d88d3ad8aefc0806d020402026c6c8d88d3ad8aefc0806d01010670617263656c8d88d3ad8aefc0806d0303010572696768748d88d3ad8aefc0806d01010577726f6e678d88d3ad8aefc0806d02020410110d11110e1311');
INSERT INTO comment_index_data VALUES(687194767361,X'000003970230308d88cbf39bb580800102030101318d88cbf39bb58080010601010298f68dc080070601010298f68dc080070601010298f68d8080070601010298f68dc080070601010298f68dc080070601010298f68d8080070601010298f68dc080070601010298f68dc08007060101028ad8fa808028060101028da1d4ff80800b06010102918080010601010288808003060101020201348d88cc8c91c2c0800f0203020273308d88cbf39bb5808001060101030301318d88ccd6f3eac08039060101038dacae92808037060101030401308d88cc98ccc9808016060101030301328d88ccb1c2d6c08024060101038df790a1808048060101030301338d88cc8c91c2c0800f060101030301358d88cccab8e3e08032060101030301368d88cca587cfe0801d060101038e9086bfc08050060101030301378d88cbffd6bbe08008060101030301388d88ccdca0a7c08061060101030301398d88ccbdfddd80802b060101030101328d88ccdca0dbe08065060101020201318d88cc98ccc980801602030201388d88cca587cfe0801d0203020273348d88ccdca0dbe0806506010103010233358d88ccb1c2d6c0802402030101348d88ccdca0cba08064060101020201328d88ccbdfddd80802b02030201398d88cccab8e3e080320203020273328d88ccdca0cba0806406010103010235368d88ccd6f3eac0803902030101378d88cbffd6bbe0800802030101388d85b0ddefb6c0805c06010102868ee3a88080800106010102020273378d85b0ddefb6c0805c06010103868ee3a880808001060101030101618d88d3ad8af3c0807002020204667465728d88ccdca0a7c0806102028da1d59080800c020402026c6c8d88d3ad8aefc0806d020502066e6f746865728d88ccdca0cba080640202010463616d658d88d3ad8ae780806c020402066f6d6d656e748d88cbf39bb5808001020298f68dc08007020298f68dc08007020298f68d808007020298f68dc08007020298f68dc08007020298f68d808007020298f68dc08007020298f68dc0800702020107696e76697465648d88ccdca0dbe08065020201046c6174658d88d3ad8ae780806c020501036e65778d88b88fc3b6c0805d020201036f6c648d85b0ddefb6c0805c0202010670617263656c8d88d3ad8ae780806c0203918080010203010572696768748d88d3ad8aefc0806d020201067375727665798d88ccdca0cba0806402030104746573748d88d3ad8af3c080700203020268658d88d3ad8ae780806c0202040e81050e111b101b10101b101010100e0e110f100e0e110f0e1c1d0e1a0f1311531411101019121311');
CREATE TABLE IF NOT EXISTS 'comment_index_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO comment_index_idx VALUES(1,X'',2);
INSERT INTO comment_index_idx VALUES(5,X'',2);
CREATE TABLE IF NOT EXISTS 'comment_index_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO comment_index_config VALUES('usermerge',2);
INSERT INTO comment_index_config VALUES('version',4);
CREATE TABLE comment_place (
    place INTEGER PRIMARY KEY,
    number INTEGER NOT NULL, -- of the response
    words INTEGER NOT NULL   -- of its comment
) STRICT;
INSERT INTO comment_place VALUES(1879555607718002780,92,1);
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
CREATE TABLE comment_total (
    survey INTEGER PRIMARY KEY,
    comments INTEGER NOT NULL,
    words INTEGER NOT NULL
) STRICT;
INSERT INTO comment_total VALUES(1,13,28);
INSERT INTO comment_total VALUES(2,1,1);
INSERT INTO comment_total VALUES(4,1,2);
INSERT INTO comment_total VALUES(8,2,2);
CREATE TABLE comment_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    indexed INTEGER NOT NULL, -- comments of responses up to this number are in the index
    purge INTEGER NOT NULL,   -- enum purge of src/store/sqlite/writer.h
    stale INTEGER NOT NULL    -- 1: segments may have words of comments that were amended since the last purge
) STRICT;
INSERT INTO comment_state VALUES(1,112,0,1);
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
CREATE TABLE impression_survey (
    survey INTEGER PRIMARY KEY REFERENCES survey,
    after INTEGER NOT NULL
) STRICT;
INSERT INTO impression_survey VALUES(1,107);
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
CREATE UNIQUE INDEX impression_by_visit ON impression (survey, day, visit) WHERE visit IS NOT NULL;
CREATE INDEX impression_by_time ON impression (survey, at);
PRAGMA writable_schema=OFF;
COMMIT;
PRAGMA application_id = 1668834353;
PRAGMA user_version = 5;
