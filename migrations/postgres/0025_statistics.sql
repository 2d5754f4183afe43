-- A message's rows are written at once, shortly before they are read. What PostgreSQL has counted of older messages says
-- that there are none of it, and then each of its rows is looked for among all of them. Not having counted, it takes
-- every message for one of two hundred.
ALTER TABLE push_recipients ALTER COLUMN message_id SET STATISTICS 0;
ALTER TABLE deliveries ALTER COLUMN message_id SET STATISTICS 0;
