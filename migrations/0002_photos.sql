-- Photos: what was uploaded, turned upright and stripped, in three widths. The bytes are in the object store.

CREATE TABLE photos (
    id uuid PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES accounts (id),
    width integer NOT NULL,
    height integer NOT NULL,
    -- ThumbHash, base64: what stands in the photo's place until it is there.
    placeholder text NOT NULL,
    alt_text text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX photos_by_owner ON photos (owner_id, created_at);

CREATE TABLE photo_variants (
    photo_id uuid NOT NULL REFERENCES photos (id),
    -- small | medium | large
    size text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    bytes bigint NOT NULL,
    media_type text NOT NULL,
    object_key text NOT NULL,
    PRIMARY KEY (photo_id, size)
);
