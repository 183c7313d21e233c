-- Payment lines in use: last day of care by person, lines by month. Then ev, which the detail tables fill.
INSERT INTO last_care SELECT person, max(day) FROM prs WHERE why IS NULL GROUP BY person;
INSERT INTO month_care SELECT date_trunc('month', day)::DATE, count(*) FROM prs WHERE why IS NULL GROUP BY 1;
CREATE TEMP TABLE ev (
  person INTEGER, day_from DATE, day_to DATE, kind VARCHAR, vocab VARCHAR, code VARCHAR, qty DOUBLE, amt DOUBLE, pre VARCHAR,
  pre_spe VARCHAR, exe VARCHAR, exe_spe VARCHAR, exe_kind VARCHAR, claim UBIGINT, position UTINYINT, net BOOLEAN);
