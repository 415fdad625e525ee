/** Admission reviews over HTTPS. */
package dev.chaperone.admission.server;
