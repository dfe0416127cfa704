/**
 * Records the session of the demo: a shift at a production station.
 * @module
 */
import { Session } from "../../mod.ts";
import { Board, type Fault } from "./board.ts";
import { testBoard } from "./test_plan.ts";

/** Product of the demo. */
export const PRODUCT = "psb-330";

/** What is recorded. */
export interface DemoPlan {
  readonly dataDir: string;
  readonly units: number;
  /** Units that earlier demos tested; serials go on behind them. */
  readonly tested: number;
  /** Told of each run as it ends. */
  readonly onRun: (run: DemoRun) => void;
  readonly signal: AbortSignal;
}

/** A run that was recorded. */
export interface DemoRun {
  readonly serial: string;
  readonly outcome: string;
  /** Position of its unit, from 1. */
  readonly unit: number;
  /** True for the second test of a unit that failed. */
  readonly again: boolean;
}

/** What was recorded. */
export interface RecordedDemo {
  readonly sessionId: string;
  readonly runs: readonly DemoRun[];
}

/** Records the session. */
export async function recordDemo(plan: DemoPlan): Promise<RecordedDemo> {
  const runs: DemoRun[] = [];
  const session = await Session.start({
    dataDir: plan.dataDir,
    station_id: "eol-3",
    station_name: "End of line 3",
    station_type: "functional",
    operator_id: "carol",
    fixture_id: "fx-psb-7",
    client: "litmus demo",
  });
  connectInstruments(session);
  try {
    for (let unit = 1; unit <= plan.units; unit++) {
      plan.signal.throwIfAborted();
      for (const run of await testUnit(session, plan, unit)) {
        runs.push(run);
        plan.onRun(run);
      }
    }
  } finally {
    await session.end();
  }
  return { sessionId: session.sessionId, runs };
}

function connectInstruments(session: Session): void {
  const cal = { cal_lab: "Metrology North", cal_due: "2027-03-31" };
  session.instrument({
    role: "dmm",
    manufacturer: "Keysight",
    model: "34465A",
    serial: "MY60012345",
    resource: "TCPIP::10.20.0.11::INSTR",
    cal_certificate: "C-26-0412",
    mocked: true,
    ...cal,
  });
  session.instrument({
    role: "psu",
    manufacturer: "Rohde & Schwarz",
    model: "HMP4040",
    serial: "103772",
    resource: "TCPIP::10.20.0.12::INSTR",
    mocked: true,
    ...cal,
  });
  session.instrument({
    role: "eload",
    manufacturer: "ITECH",
    model: "IT8511A+",
    serial: "8004-551",
    resource: "ASRL3::INSTR",
    mocked: true,
  });
  session.instrument({
    role: "scope",
    manufacturer: "Tektronix",
    model: "MSO44",
    serial: "C041288",
    resource: "USB0::0x0699::0x0527::C041288::INSTR",
    mocked: true,
    ...cal,
  });
  session.instrument({ role: "thermo", model: "TC-08", resource: "USB::TC08", mocked: true });
}

/** Tests a unit, and once more where the first test failed or broke off. */
async function testUnit(session: Session, plan: DemoPlan, unit: number): Promise<DemoRun[]> {
  const number = plan.tested + unit;
  const serial = `PSB330-${String(number).padStart(4, "0")}`;
  const fault = faultOf(unit);
  const first = await testOnce(session, new Board(serial, number, fault), unit);
  const run: DemoRun = { serial, outcome: first, unit, again: false };
  // The cold joint stays; the load answers again once it was switched off and on.
  if (fault !== "instrument") return [run];
  const second = await testOnce(session, new Board(serial, number, undefined), unit);
  return [run, { serial, outcome: second, unit, again: true }];
}

function faultOf(unit: number): Fault {
  if (unit === 4) return "weak-rail";
  return unit === 3 ? "instrument" : undefined;
}

async function testOnce(session: Session, board: Board, unit: number): Promise<string> {
  let outcome = "errored";
  try {
    outcome = await session.run(
      {
        dut_serial: board.serial,
        dut_part_number: "PSB-330-A",
        dut_revision: "C",
        dut_lot_number: "2647",
        product_id: PRODUCT,
        product_name: "PSB-330 power supply board",
        product_revision: "3",
        test_phase: "production",
        custom_metadata: { work_order: "WO-48812" },
      },
      (run) =>
        testBoard(run, board, { longCapture: unit === 1, bootAttempts: unit % 5 === 2 ? 2 : 1 }),
    );
  } catch (error) {
    // On record as the error of its step; the shift goes on with the next unit.
    if (board.fault !== "instrument") throw error;
  }
  return outcome;
}
