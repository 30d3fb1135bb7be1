using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Cluster;

/// <summary>Which failure an answer of the server is.</summary>
internal static partial class StatusFailure
{
    /// <summary>The failure.</summary>
    /// <param name="status">What the server said.</param>
    /// <param name="method">The method of the request.</param>
    /// <param name="path">The address of the request, relative to the server.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="loginAdvice">What to do about refused credentials.</param>
    internal static DebugException From(ServerStatus status, HttpMethod method, string path, Uri server, string loginAdvice)
    {
        ApiPath? about = ApiPath.Parse(path);
        if (status.Code is >= 300 and < 400) return Failure.ServerRedirects(status, server);
        if (!status.IsStatus && !IsPlainAnswer(status)) return Failure.NotAKubernetesServer(status.Code, status.ContentType, status.Message, server);
        if (DeniedBy().Match(status.Message) is { Success: true } denied) return Failure.AdmissionDenied(status, about, denied.Groups["name"].Value);
        if (about?.Subresource is "attach" or "exec" && Stream(status, about) is { } refused) return refused;
        return status.Code switch
        {
            401 => Failure.CredentialsRejected(status, server, loginAdvice),
            403 => Forbidden(status, method, about),
            404 => NotFound(status, about),
            409 when status.Reason == "AlreadyExists" => Failure.AlreadyExists(status, about),
            409 => Failure.Conflict(status, about),
            410 => Failure.ResourceExpired(status, about),
            415 => Failure.UnsupportedMediaType(status, about),
            422 => Failure.Invalid(status, about),
            429 when status.Causes.Any(cause => cause.Reason == "DisruptionBudget") => Failure.DisruptionBudget(status, about),
            429 => Failure.ServerBusy(status, server),
            503 or 502 or 504 => Failure.ServerUnavailable(status, server),
            >= 500 => Failure.ServerError(status, about, server),
            _ => Failure.BadRequest(status, about),
        };
    }

    /// <summary>The failure that an ERROR event in the middle of a watch is.</summary>
    /// <param name="status">The event's object.</param>
    /// <param name="path">The address of the watch, relative to the server.</param>
    internal static DebugException FromEvent(JsonObject status, string path)
    {
        ServerStatus read = StatusReader.FromJson(status);
        ApiPath? about = ApiPath.Parse(path);
        return read.Code switch
        {
            403 => Forbidden(read, HttpMethod.Get, about),
            404 => NotFound(read, about),
            410 => Failure.ResourceExpired(read, about),
            _ => Failure.WatchFailed(read, about),
        };
    }

    /// <summary>What is peculiar to the answers to attach and exec, of which the kubelet gives some in plain text.</summary>
    private static DebugException? Stream(ServerStatus status, ApiPath about)
    {
        if (status.Code is 400 or 404 or 500 && ContainerNotRunning.IsSaidBy(status.Message)) return Failure.ContainerNotRunning(status, about);
        if (status.Code == 400 && status.Message.Contains("Upgrade request required", StringComparison.Ordinal)) return Failure.StreamUpgradeBlocked(about.Target, status.Message);
        // So answers a server that knows none of the sub-protocols: no Status, no word.
        return status is { Code: 403, IsStatus: false, Message: "" } ? Failure.StreamProtocolUnsupported(about.Target, null) : null;
    }

    private static DebugException Forbidden(ServerStatus status, HttpMethod method, ApiPath? about)
    {
        if (status.Message.Contains("violates PodSecurity \"", StringComparison.Ordinal)) return Failure.PodSecurityViolation(status, about);
        if (status.Message.Contains("exceeded quota:", StringComparison.Ordinal)) return Failure.QuotaExceeded(status, about);
        if (AccessRule.FromMessage(status.Message) is { } rule) return Failure.Forbidden(status, about, rule);
        // An upgrade that RBAC refuses has a message that ends before it says what is missing.
        bool untold = status.IsStatus && (status.Message.Length == 0 || status.Message.EndsWith("is forbidden:", StringComparison.Ordinal));
        return Failure.Forbidden(status, about, untold && about is not null ? AccessRule.FromRequest(method, about) : null);
    }

    private static DebugException NotFound(ServerStatus status, ApiPath? about) => (status.Kind, status.Name) switch
    {
        ("pods", { } name) => Failure.PodNotFound(status, about, name),
        ("nodes", { } name) => Failure.NodeNotFound(status, about, name),
        ("namespaces", { } name) => Failure.NamespaceNotFound(status, about, name),
        (_, { }) => Failure.ObjectNotFound(status, about),
        _ => Failure.ResourceNotServed(status, about),
    };

    /// <summary>Kubelets and the router of the API server answer some requests in plain text.</summary>
    private static bool IsPlainAnswer(ServerStatus status) => status.ContentType is "text/plain" or "application/json" or null;

    [GeneratedRegex("""(admission webhook "(?<name>[^"]+)" denied the request)|(ValidatingAdmissionPolicy '(?<name>[^']+)' with binding '[^']*' denied request)""", RegexOptions.CultureInvariant)]
    private static partial Regex DeniedBy();
}
