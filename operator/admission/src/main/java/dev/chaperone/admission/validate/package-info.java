/** The webhook for policies and tool servers. */
package dev.chaperone.admission.validate;
