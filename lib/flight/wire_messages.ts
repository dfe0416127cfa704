/**
 * The generated Flight messages that this room uses, by name: the one file that imports
 * `gen/flight_pb.ts`.
 * @module
 */

export {
  ActionSchema,
  ActionTypeSchema,
  BasicAuthSchema,
  CancelFlightInfoRequestSchema,
  CancelFlightInfoResultSchema,
  CancelStatus as WireCancelStatus,
  CloseSessionResult_Status,
  CloseSessionResultSchema,
  CriteriaSchema,
  FlightDataSchema,
  FlightDescriptor_DescriptorType,
  FlightDescriptorSchema,
  FlightEndpointSchema,
  FlightInfoSchema,
  GetSessionOptionsResultSchema,
  HandshakeRequestSchema,
  HandshakeResponseSchema,
  PollInfoSchema,
  PutResultSchema,
  RenewFlightEndpointRequestSchema,
  ResultSchema,
  SchemaResultSchema,
  SessionOptionValueSchema,
  SetSessionOptionsRequestSchema,
  SetSessionOptionsResult_ErrorValue,
  SetSessionOptionsResultSchema,
  TicketSchema,
} from "./gen/flight_pb.ts";

export type {
  FlightDescriptor as WireFlightDescriptor,
  FlightEndpoint as WireFlightEndpoint,
  FlightInfo as WireFlightInfo,
  SessionOptionValue as WireSessionOptionValue,
} from "./gen/flight_pb.ts";
