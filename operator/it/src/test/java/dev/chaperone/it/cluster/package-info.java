/** Chaperone as an admin installs it: the chart, real pods, real clients and servers. */
package dev.chaperone.it.cluster;
