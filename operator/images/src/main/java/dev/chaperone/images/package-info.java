/** Makes container images out of folders of jars, with neither a registry nor a Docker engine. */
package dev.chaperone.images;
