-- Grain: one screened pair whose truth is known. Key: drug, outcome.
-- {{pairs}} the results' pairs.parquet, {{truth}} the simulator's pairs.csv, {{fdr}} the level of a signal.
CREATE TABLE scored AS
SELECT p.drug, p.drug_label, p.outcome, t.kind, t.planted_irr AS planted, p.irr, p.lower, p.upper, p.p, p.q,
       p.log_irr, p.flag, p.irr IS NOT NULL AS estimated, p.p IS NOT NULL AS tested,
       coalesce(p.q <= {{fdr}}, false) AS flagged,
       coalesce(p.lower, 0) <= t.planted_irr AND t.planted_irr <= coalesce(p.upper, 1e300) AS holds
FROM read_parquet({{pairs}}) p
JOIN read_csv({{truth}}, header = true, all_varchar = false) t ON t.drug = p.drug AND t.outcome = p.outcome
ORDER BY p.drug, p.outcome;
CREATE TABLE score AS
SELECT count(*) AS pairs,
       count(*) FILTER (tested) AS tested,
       count(*) FILTER (flagged) AS flagged,
       count(*) FILTER (kind = 'null' AND tested) AS planted_nulls,
       count(*) FILTER (kind = 'null' AND flagged) AS planted_nulls_flagged,
       count(*) FILTER (kind IN ('null', 'other') AND tested) AS nulls,
       count(*) FILTER (kind IN ('null', 'other') AND flagged) AS nulls_flagged,
       avg(CAST(p < 0.05 AS INT)) FILTER (kind IN ('null', 'other') AND tested) AS type1,
       avg(CAST(holds AS INT)) FILTER (kind IN ('null', 'other') AND estimated) AS null_coverage,
       count(*) FILTER (kind = 'single' AND tested) AS effects,
       count(*) FILTER (kind = 'single' AND flagged AND (irr > 1) = (planted > 1)) AS effects_found,
       avg(CAST(holds AS INT)) FILTER (kind = 'single' AND estimated) AS effect_coverage,
       median(abs(log_irr - ln(planted))) FILTER (kind = 'single' AND estimated) AS median_log_error
FROM scored;
