/** What people want to see of a run in a list, as columns of the view `runs`; programs get all of them. */
export const RUN_COLUMNS = `left(run_id, 8) AS run,
  strftime(timezone('UTC', run_started_at), '%Y-%m-%d %H:%M:%S') AS started,
  dut_serial AS serial, product_id AS product, station_id AS station, test_phase AS phase,
  run_outcome AS outcome,
  round(epoch(run_ended_at - run_started_at), 2) AS seconds`;
