/** The webhook for new pods. */
package dev.chaperone.admission.mutate;
