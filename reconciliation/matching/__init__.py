"""The matching engine: named, versioned rules as set-based SQL, and the judgement of what they left. No models, no clock."""
