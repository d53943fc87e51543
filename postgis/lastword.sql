-- What is wrong with the areas that a revision brings, as PostGIS sees it. $1 is
-- the district, $2 the revision, whose versions are written, $3 how much land in
-- square metres is no more than the rounding of intersections.
--
-- OVERLAP: land that an area with a new shape shares with another of its kind,
-- and that no two areas of the kind shared in the revision before.
-- GAP: land that areas of a kind had, that no area of the kind has now, and that
-- has to be covered: grids and townships cover the district, villages the
-- townships, village groups every village that has any.
WITH brought AS MATERIALIZED (
	SELECT n.area_id, n.kind, n.code, n.shape, o.shape AS old
	FROM area_versions n
	LEFT JOIN area_versions o ON o.district_code = n.district_code AND o.area_id = n.area_id AND upper(o.revs) = $2::integer
	WHERE n.district_code = $1 AND n.from_revision = $2::integer
	  AND (o.shape IS NULL OR NOT ST_OrderingEquals(o.shape, n.shape))
), taken AS MATERIALIZED (
	SELECT o.kind, o.shape
	FROM area_versions o
	LEFT JOIN area_versions n ON n.district_code = o.district_code AND n.area_id = o.area_id AND n.from_revision = $2::integer
	WHERE o.district_code = $1 AND upper(o.revs) = $2::integer
	  AND (n.shape IS NULL OR NOT ST_OrderingEquals(o.shape, n.shape))
), shared AS MATERIALIZED (
	SELECT a.kind, a.code, b.code AS other, ST_CollectionExtract(ST_Intersection(a.shape, b.shape), 3) AS land
	FROM brought a
	JOIN area_versions b ON b.district_code = $1 AND upper_inf(b.revs) AND b.kind = a.kind AND b.area_id <> a.area_id
	  AND b.shape && a.shape AND ST_Relate(a.shape, b.shape, '2********')
	WHERE a.area_id < b.area_id OR NOT EXISTS (
		SELECT FROM brought c WHERE c.area_id = b.area_id)
), doubled AS MATERIALIZED (
	SELECT 'OVERLAP' AS problem, s.kind, s.code, s.other, ST_Difference(s.land, coalesce((
		SELECT ST_Union(ST_CollectionExtract(ST_Intersection(x.shape, y.shape), 3))
		FROM area_versions x
		JOIN area_versions y ON y.district_code = $1 AND y.kind = x.kind AND y.area_id > x.area_id
		  AND y.revs @> $2::integer - 1 AND y.shape && s.land AND y.shape && x.shape
		WHERE x.district_code = $1 AND x.kind = s.kind AND x.revs @> $2::integer - 1 AND x.shape && s.land),
		ST_SetSRID('MULTIPOLYGON EMPTY'::geometry, 4326))) AS land
	FROM shared s
), given_up AS MATERIALIZED ( -- piece by piece, so that what lies round each is little
	SELECT t.kind, piece.geom AS land
	FROM (SELECT kind, ST_Union(shape) AS land FROM taken GROUP BY kind) AS t
	CROSS JOIN LATERAL ST_Dump(ST_CollectionExtract(ST_Difference(t.land, coalesce((
		SELECT ST_Union(b.shape) FROM brought b WHERE b.kind = t.kind),
		ST_SetSRID('MULTIPOLYGON EMPTY'::geometry, 4326))), 3)) AS piece
	WHERE t.kind IN ('township', 'village', 'village_group', 'grid')
	  AND ST_Area(ST_Transform(piece.geom, 4551)) > $3
), uncovered AS MATERIALIZED (
	SELECT g.kind, ST_CollectionExtract(ST_Difference(g.land, coalesce((
		SELECT ST_Union(c.shape) FROM area_versions c
		WHERE c.district_code = $1 AND upper_inf(c.revs) AND c.kind = g.kind AND c.shape && g.land),
		ST_SetSRID('MULTIPOLYGON EMPTY'::geometry, 4326))), 3) AS land
	FROM given_up g
), gaps AS MATERIALIZED (
	SELECT 'GAP' AS problem, u.kind, w.code, '' AS other,
	       ST_CollectionExtract(ST_Intersection(u.land, w.shape), 3) AS land
	FROM uncovered u
	JOIN area_versions w ON w.district_code = $1 AND upper_inf(w.revs) AND w.shape && u.land
	  AND w.kind = CASE u.kind WHEN 'village' THEN 'township' WHEN 'village_group' THEN 'village' ELSE 'district' END
	WHERE NOT ST_IsEmpty(u.land) AND (u.kind <> 'village_group' OR EXISTS (
		SELECT FROM area_versions c
		WHERE c.district_code = $1 AND upper_inf(c.revs) AND c.kind = 'village_group' AND c.parent_id = w.area_id))
), found AS MATERIALIZED (
	SELECT f.*, ST_Area(ST_Transform(f.land, 4551)) AS m2
	FROM (SELECT * FROM doubled UNION ALL SELECT * FROM gaps) AS f
)
SELECT problem, kind, code, other, m2, ST_X(ST_PointOnSurface(land)), ST_Y(ST_PointOnSurface(land))
FROM found WHERE m2 > $3
ORDER BY problem, kind, code, other
