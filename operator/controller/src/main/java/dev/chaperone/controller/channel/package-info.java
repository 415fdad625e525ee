/**
 * The control channel's end in the operator: tells guardrails what to run, and learns from them what they run.
 *
 * <p>The way of a request: {@code ChannelHandler} finds who asks ({@code PodAuthenticator} for pods, {@code PeerKey} for
 * other replicas), then {@code PodRequests} answers out of the {@code ConfigDirectory}, or {@code EvidenceRequests} has
 * audit trails kept. Which config and which credentials are handed out, and whose trail it is, depends on the pod that
 * the token proves and on nothing in the request, so no pod reads another agent's or reports for it.
 *
 * <p><b>Tokens.</b> What a token claims is looked at first (audience, expiry, a pod that the directory knows), then the
 * API server is asked: sixteen at once, the others wait two seconds. A yes is believed for a minute and never beyond the
 * token's expiry, a no is never kept. An address has sixteen bad tokens, and one more each second. The pod itself is
 * looked up at every request and again when a long poll ends, because tokens outlive pods, for ten seconds even at the
 * API server. A token that is bound to no pod is refused.
 *
 * <p><b>Answers.</b> 400 no message, 401 the token is not good, 403 no governed pod, 404 not this pod's current bundle,
 * 409 the guardrail reads no format that is written, or shows an acknowledgement that it was not given, 413 too large,
 * 503 not ready, or evidence cannot be kept now; refusals have a {@code message}.
 *
 * <p><b>Replicas.</b> Every one serves. What its guardrails report stays in its memory ({@code GuardrailReports}); the
 * one that leads asks the others for it ({@code PeerReports}, {@code GET /v1/peers/reports?since=}): news come at once,
 * heartbeats within two seconds, a thousand pods to a page, and only what came behind the cursor. A pod that was not
 * heard for fifteen seconds has no report any more.
 */
@NullMarked
package dev.chaperone.controller.channel;

import org.jspecify.annotations.NullMarked;
