/** What API servers are told about the webhooks. */
package dev.chaperone.admission;
