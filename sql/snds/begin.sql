-- What a job gathers while it reads. Grain: code_seen and actor_seen one row per value and run
-- (made distinct at the end); load one per block of 64 persons and run; last_care one per person
-- and run; month_care one per month and run.
CREATE TABLE code_seen (ck UBIGINT, kind VARCHAR, vocab VARCHAR, text VARCHAR);
CREATE TABLE actor_seen (ak UBIGINT, kind VARCHAR, text VARCHAR, specialty VARCHAR, rows BIGINT);
CREATE TABLE load (block BIGINT, n BIGINT);
CREATE TABLE last_care (person INTEGER, day DATE);
CREATE TABLE month_care (month DATE, n BIGINT);
CREATE TABLE hospital_death (person INTEGER, day DATE);
-- Staged events of the group in hand: codes and professionals as hashes, quantities in 1/10000, amounts in 1/100000.
CREATE TEMP TABLE run (
  person INTEGER, day_from DATE, day_to DATE, ck UBIGINT, qty BIGINT, amt BIGINT, pre UBIGINT, exe UBIGINT, claim UBIGINT,
  position UTINYINT, net BOOLEAN);
