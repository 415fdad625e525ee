/**
 * What a guardrail and the operator say to one another over the control channel: HTTP/1.1 over TLS, JSON, each request
 * with the guardrail's token. Versions of the two may differ, so members that a reader does not know are passed over,
 * while known ones of the wrong kind refuse the message.
 */
@NullMarked
package dev.chaperone.config.channel;

import org.jspecify.annotations.NullMarked;
