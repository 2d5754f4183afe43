-- Claims. A message to many is staged in whole ones, which wait to be taken; what is left over, late, or to be tried
-- again is claimed row by row.

CREATE TABLE push_claims (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES push_messages (id),
    gateway text NOT NULL,
    -- Made at staging: which of the two instants in 1970 its deliveries wait for, and its place among those.
    due_at timestamptz,
    number integer,
    -- NULL: nobody has taken it.
    lease_ends_at timestamptz
);
CREATE INDEX push_claims_waiting ON push_claims (message_id, gateway, due_at, number)
    WHERE lease_ends_at IS NULL;
CREATE INDEX push_claims_taken ON push_claims (lease_ends_at) WHERE lease_ends_at IS NOT NULL;

-- The lease stood with each delivery, in due_at. From here that is NULL while a delivery is claimed; and attempts
-- counts neither a whole claim that nobody has taken nor one that is under way.
INSERT INTO push_claims (id, message_id, gateway, lease_ends_at)
SELECT claim_id, message_id, MAX(gateway), MAX(due_at) FROM deliveries
WHERE claim_id IS NOT NULL AND due_at IS NOT NULL
GROUP BY claim_id, message_id;
UPDATE deliveries SET due_at = NULL WHERE claim_id IS NOT NULL;
DROP INDEX deliveries_claimed;
CREATE INDEX deliveries_claimed ON deliveries (message_id, gateway, claim_id) WHERE claim_id IS NOT NULL;
