package dev.chaperone.api;

/** Types and reasons of the conditions in statuses; the types are those of the Gateway API. */
public final class Conditions {
    /** The spec is sound, and what it says is in force. False: the last accepted generation is, if there is one. */
    public static final String ACCEPTED = "Accepted";

    /** Everything that the spec refers to is there and may be referred to. */
    public static final String RESOLVED_REFS = "ResolvedRefs";

    /** All running pods have reported the revision; the message says how many, {@code 19/20 pods}. */
    public static final String PROGRAMMED = "Programmed";

    /** Every pod that is itself ready decides by it; True also when there is nothing to decide. */
    public static final String READY = "Ready";

    /** The config stands in its object as a whole. */
    public static final String COMPLETE = "Complete";

    /** All oversight that policies require is in force; True also when they require none. */
    public static final String OVERSEEN = "Overseen";

    /** Every pod of the ServiceAccounts that the policy exempts may run without a guardrail; of an agent: its new pods. */
    public static final String EXEMPTED = "Exempted";

    /** New pods of these ServiceAccounts need no guardrail; the message says how many ServiceAccounts there are. */
    public static final String REASON_EXEMPTED = "Exempted";

    /** The policies of the cluster exempt more ServiceAccounts than there is room for; the others are governed. */
    public static final String REASON_TOO_MANY_EXEMPT = "TooManyExempt";

    /** No guardrail sees another definition of a tool than the pinned one; absent where none is pinned. */
    public static final String DEFINITIONS_PINNED = "DefinitionsPinned";

    /** No change was seen. */
    public static final String REASON_AS_PINNED = "AsPinned";

    /** The server shows another definition; the message names tools, what was seen and by how many pods. */
    public static final String REASON_DEFINITION_CHANGED = "DefinitionChanged";

    /** No oversight policy requires anything. */
    public static final String REASON_NOTHING_REQUIRED = "NothingRequired";

    /** Everything that is required is in force. */
    public static final String REASON_MET = "Met";

    /** Something that is required is not in force, or not known to be. */
    public static final String REASON_LAPSED = "Lapsed";

    /** The same, for so long that the agent, or some of its pods, may do less meanwhile. */
    public static final String REASON_NARROWED = "Narrowed";

    /** Everything is there. */
    public static final String REASON_COMPLETE = "Complete";

    /** No object can hold it; guardrails get it all the same. */
    public static final String REASON_TOO_LARGE = "TooLarge";

    /** The condition holds, nothing more to say. */
    public static final String REASON_ACCEPTED = "Accepted";

    /** The spec does not compile; the message is the compiler's. */
    public static final String REASON_INVALID = "Invalid";

    /** The spec compiles, and something about it should be known. */
    public static final String REASON_ACCEPTED_WITH_WARNINGS = "AcceptedWithWarnings";

    /** The references are good. */
    public static final String REASON_RESOLVED = "ResolvedRefs";

    /** A Secret does not exist, or is not offered to this namespace or host. */
    public static final String REASON_CREDENTIAL_NOT_OFFERED = "CredentialNotOffered";

    /** Another server of that name comes first. */
    public static final String REASON_NAME_TAKEN = "NameTaken";

    /** All pods have it. */
    public static final String REASON_PROGRAMMED = "Programmed";

    /** Some pods do not have it yet. */
    public static final String REASON_PENDING = "Pending";

    /** Everything is as it should be. */
    public static final String REASON_READY = "Ready";

    /** Some agents, or pods, do not decide by it yet; the message names the first of them. */
    public static final String REASON_NOT_PROGRAMMED = "NotProgrammed";

    /** No agent is selected. */
    public static final String REASON_NO_AGENTS = "NoAgents";

    /** The agent has no pods. */
    public static final String REASON_NO_PODS = "NoPods";

    /** No policy selects the agent, so every call is denied. */
    public static final String REASON_NO_POLICIES = "NoPolicies";

    /** A policy or tool server that the agent depends on is not accepted. */
    public static final String REASON_DEPENDENCY_NOT_ACCEPTED = "DependencyNotAccepted";

    private Conditions() {}
}
