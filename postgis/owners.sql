-- The rule of the edge in SQL: of the areas of a kind that cover a point, edge
-- included, the lowest code has it, compared bytewise. Reads the points from a
-- table point_sample (n bigint, point geometry(Point, 4326)) and gives a row
-- for each point and kind that covers it. $1 is the district, $2 the revision.
SELECT p.n, v.kind, min(v.code COLLATE "C") AS code
FROM area_versions v
JOIN point_sample p ON v.shape && p.point AND ST_Covers(v.shape, p.point)
WHERE v.district_code = $1 AND v.revs @> $2::integer
GROUP BY p.n, v.kind
