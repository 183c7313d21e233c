-- det -> ev: detail lines in use, as staged events. Cancellations are netted by the writer, since
-- they may come in a later flow.
INSERT INTO ev
SELECT person, day AS day_from, NULL::DATE AS day_to, kind, vocab, code, qty, amt, pre, pre_spe,
       exe, exe_spe, exe_kind, claim, NULL::UTINYINT AS position, true AS net
FROM det WHERE why IS NULL;
