"""What a submission says about its data: put together from specs, standards and lineage, typed nowhere twice."""
