"""The portal: web and worker above commands, commands above store and outside, all above the engine."""
