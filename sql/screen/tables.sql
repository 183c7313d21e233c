-- The tables of a screen's results; docs/formats.md says what they hold.
CREATE TABLE pairs (
    drug VARCHAR, drug_label VARCHAR, outcome VARCHAR, outcome_label VARCHAR,
    cases BIGINT, exposed_cases BIGINT, events_exposed BIGINT,
    irr DOUBLE, lower DOUBLE, upper DOUBLE, log_irr DOUBLE, se DOUBLE, p DOUBLE, q DOUBLE,
    pre_exposure_irr DOUBLE, flag VARCHAR);
CREATE TABLE windows (
    drug VARCHAR, outcome VARCHAR, from_day BIGINT, to_day BIGINT, events BIGINT,
    irr DOUBLE, lower DOUBLE, upper DOUBLE);
CREATE TABLE outcomes (
    outcome VARCHAR, outcome_label VARCHAR, events BIGINT, persons BIGINT, cases BIGINT,
    excluded VARCHAR, baseline_ok BOOLEAN);
CREATE TABLE baseline (
    outcome VARCHAR, axis VARCHAR, from_value DOUBLE, to_value DOUBLE, rate_ratio DOUBLE);
CREATE TABLE attrition (step INTEGER, what VARCHAR, persons BIGINT, events BIGINT);
