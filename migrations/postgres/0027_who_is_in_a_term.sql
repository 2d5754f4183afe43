-- Who is in a term of a composed audience, in one question instead of two. What PostgreSQL plans and makes ready for a page
-- of the newsfeed has four times as many lines as this view (0026_fewer_questions.sql); the columns are as they were.

-- Meant by a clause of the term, and by none that it excepts.
CREATE OR REPLACE VIEW audience_term_people AS
SELECT term.audience_id, term.is_exception, person.id AS account_id
FROM audience_terms term
CROSS JOIN accounts person
WHERE (
    SELECT coalesce(bool_or(NOT meant.excepted) AND NOT bool_or(meant.excepted), false)
    FROM (
        SELECT clause.excepted FROM audience_term_words clause
        WHERE clause.audience_id = term.audience_id AND clause.term = term.term
          AND CASE clause.kind
                WHEN 'everybody' THEN true
                WHEN 'location' THEN clause.word = person.location_key
                WHEN 'job_title' THEN clause.word = person.job_title_key
                WHEN 'on_duty' THEN EXISTS (
                    SELECT 1 FROM audience_on_duty duty
                    WHERE duty.audience_id = term.audience_id AND duty.account_id = person.id)
              END
        UNION ALL
        SELECT clause.excepted FROM audience_term_units clause
        JOIN org_unit_ancestors above ON above.ancestor_id = clause.unit_id
        WHERE clause.audience_id = term.audience_id AND clause.term = term.term
          AND above.unit_id = person.unit_id
    ) AS meant);
