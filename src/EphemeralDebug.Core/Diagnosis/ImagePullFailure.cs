using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Diagnosis;

/// <summary>Tells why an image could not be pulled from what the container runtime says. Runtimes speak in prose: the words below are containerd's, CRI-O's and the registries'.</summary>
internal static partial class ImagePullFailure
{
    // In this order: a message can hold words of several, and the more particular comes first.
    private static readonly (Func<StartObservation, string?, DebugException> Cause, string[] Words)[] s_causes =
    [
        (Failure.ImageRateLimited, ["toomanyrequests", "too many requests", "rate limit"]),
        (Failure.ImageWrongPlatform, ["no match for platform", "no matching manifest", "no image found in image index", "no image found in manifest list"]),
        (Failure.RegistryUnreachable, ["tls handshake timeout", "no such host", "connection refused", "connection reset", "timeout", "no route to host",
            "network is unreachable", "deadline exceeded", "server misbehaving", "name resolution", "dial tcp", "unexpected eof", "service unavailable", "bad gateway"]),
        (Failure.RegistryNotTrusted, ["x509", "tls:", "certificate", "gave http response to https client"]),
        (Failure.ImagePullUnauthorized, ["unauthorized", "authentication required", "access denied", "denied:", "forbidden", "insufficient_scope", "no basic auth", "authorization failed"]),
        (Failure.ImageNotFound, ["not found", "notfound", "manifest unknown", "name unknown", "does not exist"]),
    ];

    internal static DebugException Read(StartObservation seen, string? message)
    {
        // Not in what is quoted, nor in the image's own name: "acme/x509-tools:1: not found" speaks of no certificate.
        string text = Quoted().Replace(message ?? "", "");
        if (seen.Container.Image is { Length: > 0 } image)
            text = text.Replace(image, "", StringComparison.OrdinalIgnoreCase);
        foreach ((Func<StartObservation, string?, DebugException> cause, string[] words) in s_causes)
            if (words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)))
                return cause(seen, message);
        return Failure.ImagePullFailed(seen, message);
    }

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
