-- Payment lines in use: last day of care by person, lines by month.
INSERT INTO last_care SELECT person, max(day) FROM prs WHERE why IS NULL GROUP BY person;
INSERT INTO month_care SELECT date_trunc('month', day)::DATE, count(*) FROM prs WHERE why IS NULL GROUP BY 1;
