-- When the day ended and how long after it its books were prepared (D5). Signing stands in the manifest.
SELECT business_date, ended_at, prepared_at, cast(round(extract(epoch FROM prepared_at) - extract(epoch FROM ended_at)) AS bigint) AS seconds_to_prepare
  FROM snapshot_day ORDER BY 1
