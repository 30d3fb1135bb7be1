using System.Text.Json.Nodes;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>An answer that is a metav1.Status; thrown anywhere while a request is handled. One factory per cause, with the server's words.</summary>
internal sealed class StatusException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    internal int Code => code;

    /// <summary>Seconds for a Retry-After header; null for none.</summary>
    internal int? RetryAfterSeconds { get; init; }

    /// <summary>A continue token for the list's next try (410 of an old continue).</summary>
    internal string? Continue { get; init; }

    internal JsonObject ToStatus()
    {
        JsonObject metadata = [];
        if (Continue is not null) metadata["continue"] = Continue;
        JsonObject status = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (reason.Length > 0) status["reason"] = reason;
        if (details is not null) status["details"] = details.DeepClone();
        status["code"] = code;
        return status;
    }

    internal static StatusException BadRequest(string message) => new(400, "BadRequest", message);

    internal static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    internal static StatusException Forbidden(string group, string resource, string? name, string why)
    {
        string qualified = group.Length == 0 ? resource : $"{resource}.{group}";
        string subject = string.IsNullOrEmpty(name) ? qualified : $"{qualified} \"{name}\"";
        return new(403, "Forbidden", $"{subject} is forbidden: {why}", Details(name, group, resource));
    }

    internal static StatusException NamespaceTerminating(Store.ResourceType type, string name, string ns)
    {
        JsonObject details = Details(name, type.Group, type.Plural);
        details["causes"] = new JsonArray(new JsonObject
        {
            ["reason"] = "NamespaceTerminating", ["message"] = $"namespace {ns} is being terminated", ["field"] = "metadata.namespace",
        });
        string qualified = type.Group.Length == 0 ? type.Plural : $"{type.Plural}.{type.Group}";
        return new(403, "Forbidden", $"{qualified} \"{name}\" is forbidden: unable to create new content in namespace {ns} because it is being terminated", details);
    }

    /// <summary>An eviction that a disruption budget does not allow.</summary>
    internal static StatusException EvictionRefused(string why) => new(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.",
        new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = why }) });

    internal static StatusException TwoBudgets() =>
        new(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");

    internal static StatusException ForbiddenPath(string user, string verb, string path) =>
        new(403, "Forbidden", $"forbidden: User \"{user}\" cannot {verb} path \"{path}\"", []);

    internal static StatusException NotFound(string group, string resource, string name) =>
        new(404, "NotFound", $"{(group.Length == 0 ? resource : $"{resource}.{group}")} \"{name}\" not found", Details(name, group, resource));

    internal static StatusException NoSuchResource() =>
        new(404, "NotFound", "the server could not find the requested resource", []);

    internal static StatusException MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    internal static StatusException NotAcceptable() => new(406, "NotAcceptable",
        "only the following media types are accepted: application/json, application/json;as=Table;v=v1;g=meta.k8s.io", []);

    internal static StatusException AlreadyExists(string group, string resource, string name) =>
        new(409, "AlreadyExists", $"{(group.Length == 0 ? resource : $"{resource}.{group}")} \"{name}\" already exists", Details(name, group, resource));

    internal static StatusException Conflict(string group, string resource, string name, string why) => new(409, "Conflict",
        $"Operation cannot be fulfilled on {(group.Length == 0 ? resource : $"{resource}.{group}")} \"{name}\": {why}", Details(name, group, resource));

    internal static StatusException Expired(string message) => new(410, "Expired", message);

    internal static StatusException UnsupportedMediaType() =>
        new(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);

    internal static StatusException Unprocessable() =>
        new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    internal static StatusException TooManyRequests(string message, int? retryAfterSeconds, JsonObject? details = null) =>
        new(429, "TooManyRequests", message, details ?? (retryAfterSeconds is int s ? new JsonObject { ["retryAfterSeconds"] = s } : null))
        { RetryAfterSeconds = retryAfterSeconds };

    internal static StatusException Timeout(string message, int retryAfterSeconds) => new(504, "Timeout", message, new JsonObject
    {
        ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
        ["retryAfterSeconds"] = retryAfterSeconds,
    })
    { RetryAfterSeconds = retryAfterSeconds };

    private static JsonObject Details(string? name, string group, string resource)
    {
        JsonObject details = [];
        if (!string.IsNullOrEmpty(name)) details["name"] = name;
        if (group.Length > 0) details["group"] = group;
        details["kind"] = resource;
        return details;
    }
}
