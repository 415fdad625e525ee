/** The types of values as tool servers' input schemas declare them. */
package dev.chaperone.policy.schema;
