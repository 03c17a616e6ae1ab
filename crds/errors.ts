// Every error a user can meet, by its stable code. The code is the same in an HTTP answer, a condition's reason, an
// audit event, a Terraform diagnostic and the docs page that is generated from this table.

export interface ErrorDefinition {
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
}

const define = (status: number, title: string, remedy: string): ErrorDefinition =>
  Object.freeze({ status, title, remedy });

export const errors = Object.freeze({
  // What was sent cannot be read.
  InvalidJson: define(400, 'The body is not JSON', 'Send one JSON object, UTF-8 encoded.'),
  InvalidRequest: define(400, 'The request is malformed', 'See the OpenAPI document at /openapi.json.'),
  UnsupportedMediaType: define(
    415,
    'The body has the wrong content type',
    'Send content-type: application/json.',
  ),
  HeadersTooLarge: define(
    431,
    'The address and the headers are too large',
    'Ask for fewer names at once, or with a shorter selector.',
  ),
  BodyTooLarge: define(413, 'The body is too large', 'Send at most 1 MiB in one request.'),
  // What was sent is not what the kind's definition allows.
  UnknownKind: define(422, 'There is no such kind', 'Use one of the kinds in the reference.'),
  UnknownField: define(422, 'The field is not known', 'Remove the field or correct its name.'),
  MissingField: define(422, 'A required field is missing', 'Set the field.'),
  WrongType: define(422, 'The value has the wrong type', 'Give a value of the type named.'),
  InvalidValue: define(422, 'The value is not allowed', 'Give a value within the limits named.'),
  InvalidName: define(422, 'The name is not allowed', 'Use 1 to 63 characters of a-z, 0-9 and "-".'),
  IntegerTooLarge: define(422, 'The integer is too large', 'Use an integer between -(2^53-1) and 2^53-1.'),
  InvalidText: define(
    422,
    'The text holds a character that cannot be stored',
    'Remove NUL and lone surrogates.',
  ),
  SpecTooLarge: define(422, 'The spec is too large', 'Keep the spec under 256 KiB.'),
  ImmutableField: define(422, 'The field cannot be changed', 'Delete the object and create it again.'),
  // What was sent does not fit the other objects.
  ReferenceNotFound: define(
    422,
    'A referenced object does not exist',
    'Create it first, or correct the name.',
  ),
  OrgNotFound: define(422, 'The org does not exist', 'Create the org first, or correct its name.'),
  BudgetCycle: define(
    422,
    'The budget would be its own ancestor',
    'Choose a parent that is not below this budget.',
  ),
  BudgetWindowMismatch: define(
    422,
    'The window does not fit the parent budget',
    'Use a window that lies within one window of the parent, in the same time zone.',
  ),
  BudgetExceedsParent: define(
    422,
    'The limit does not fit the parent budget',
    'Lower the limit, or raise the limit of the parent first.',
  ),
  RoleCycle: define(
    422,
    'The role would inherit from itself',
    'Remove the role that leads back from inherits.',
  ),
  SecretNotAllowed: define(
    422,
    'The secret may not be taken from there',
    'Ask the operator to allow it for the org.',
  ),
  EgressNotAllowed: define(
    422,
    'The address is not on the list of egress',
    'Ask the operator to allow the address.',
  ),
  RangeOverlap: define(
    422,
    'The range overlaps another',
    'Choose a range that no other network or peer has.',
  ),
  DuplicateKey: define(
    422,
    'The public key belongs to another peer',
    'Give every peer a key pair of its own.',
  ),
  SelectorMatchesNothing: define(
    422,
    'The selector matches nothing',
    'Check the labels, or create what it should match.',
  ),
  GuardrailViolated: define(
    422,
    'Running agents would violate the guardrail',
    'Change the agents named, or the guardrail.',
  ),
  ApproverMismatch: define(
    403,
    'The approver is somebody else',
    'Name the credential that writes the waiver.',
  ),
  // What a cluster's custom resource may not say.
  NamespaceNotMapped: define(
    422,
    'The Kubernetes namespace belongs to no org',
    'List the cluster and the namespace in spec.namespaces of the org.',
  ),
  NamespaceMappedTwice: define(
    422,
    'The Kubernetes namespace belongs to several orgs',
    'Leave it in spec.namespaces of one org only.',
  ),
  DeclaredTwice: define(
    409,
    'Another custom resource declares the same object',
    'Delete one of the two resources, or name it differently.',
  ),
  OrgChanged: define(
    409,
    'The Kubernetes namespace belongs to another org now',
    'Delete the resource and create it again, or map the namespace as before.',
  ),
  // What a policy says of the change.
  PolicyInvalid: define(422, 'The policy cannot be used', 'Correct the Rego at the line named.'),
  PolicyViolation: define(
    422,
    'A policy refuses the change',
    'Change what the policy names, or ask for a waiver if it allows one.',
  ),
  PolicyWarning: define(422, 'A policy advises against the change', 'Consider what the policy says.'),
  PolicyDeferred: define(
    422,
    'A policy could not judge yet',
    'Nothing: it is judged at apply, when all values are known.',
  ),
  PolicyWaived: define(422, 'A waiver lets a finding pass', 'Nothing: the waiver is named in the ledger.'),
  PolicyFailed: define(
    422,
    'A policy could not be evaluated',
    'Correct the policy; until then the change is refused.',
  ),
  // Somebody else was first.
  AlreadyExists: define(409, 'The object exists already', 'Import it or adopt it, as the message says.'),
  IdempotencyKeySpent: define(
    409,
    'The object was created with this key and has been deleted since',
    'Send a new idempotency key to create it anew.',
  ),
  OwnedByAnother: define(
    409,
    'The object is owned by another manager',
    'Change it there, or adopt it first.',
  ),
  StaleResourceVersion: define(
    409,
    'The object has changed since it was read',
    'Read it again and repeat the change.',
  ),
  ResourceVersionRequired: define(
    428,
    'The update names no resourceVersion',
    'Send the resourceVersion last read.',
  ),
  BeingDeleted: define(409, 'The object is being deleted', 'Wait until it is gone, then create it again.'),
  // Who is asking, and for what.
  Unauthenticated: define(
    401,
    'The token is missing or wrong',
    'Send authorization: Bearer with a valid token.',
  ),
  Forbidden: define(403, 'The token does not allow this', 'Use a token that has the verb and the org named.'),
  TokenEnded: define(409, 'The token has expired or been revoked', 'Mint a new one.'),
  NotFound: define(404, 'The object does not exist', 'Check kind, org and name.'),
  RouteNotFound: define(
    404,
    'There is no such route or method',
    'See the OpenAPI document at /openapi.json.',
  ),
  // Not the user's fault.
  DependencyUnavailable: define(
    503,
    'A server that is needed does not answer',
    'Nothing was changed; try again.',
  ),
  TooMuchContention: define(503, 'Other changes kept getting in the way', 'Nothing was changed; try again.'),
  OutcomeUnknown: define(
    504,
    'It is not known whether the change was made',
    'Read the object; a create may be repeated with its idempotency key.',
  ),
  Internal: define(500, 'The controller failed', 'Nothing was changed; report it with the request id.'),
  // Why an object is not ready; never HTTP errors of their own.
  DependentsExist: define(
    409,
    'Other objects still refer to this one',
    'Delete the objects named, or let them refer elsewhere.',
  ),
  NamespaceTerminating: define(
    503,
    'A namespace of this name is still being deleted',
    'Wait; it is retried.',
  ),
  NamespacePending: define(503, 'The namespace does not serve yet', 'Wait; it is retried.'),
  WorkflowPending: define(
    503,
    'The workflow has not acknowledged the generation',
    'Check that a worker is running.',
  ),
  PeerNotReady: define(
    409,
    'The peer has no config yet',
    'Wait for its address; set its public key, or enrol its host.',
  ),
  NetworkFull: define(409, 'The network has no free address', 'Delete peers, or make a larger network.'),
  Contested: define(
    409,
    'Something keeps changing what the controller puts right',
    'Find out who writes what the message names, and stop it; it is put right more and more seldom until then.',
  ),
  BackendUnavailable: define(503, 'A backend does not answer', 'Wait; it is retried with backoff.'),
});

export type ErrorCode = keyof typeof errors;

export const errorCodes = Object.freeze(Object.keys(errors)) as readonly ErrorCode[];

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errors, code);
}
