namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>An image name as container runtimes read it.</summary>
/// <param name="Repository">With registry and, for Docker Hub, <c>library/</c>: <c>docker.io/library/busybox</c>.</param>
/// <param name="Tag">The tag; <c>latest</c> where the name has neither tag nor digest.</param>
/// <param name="Digest">The digest with its algorithm, or null.</param>
internal sealed record ImageReference(string Repository, string Tag, string? Digest)
{
    /// <summary>The full name: <c>docker.io/library/busybox:latest</c>.</summary>
    internal string Full => Digest is null ? $"{Repository}:{Tag}" : $"{Repository}@{Digest}";

    /// <summary>Reads a name; the error is the runtime's, as the kubelet reports it.</summary>
    internal static (ImageReference? Reference, string? Error) Parse(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool registry = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        string domain = registry ? first : "docker.io", rest = registry ? name[(slash + 1)..] : name;
        if (!registry && !rest.Contains('/', StringComparison.Ordinal)) rest = "library/" + rest;

        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string beforeTag = colon < 0 ? rest : rest[..colon];
        if (beforeTag.Any(char.IsAsciiLetterUpper)) return (null, Wrong($"invalid reference format: repository name ({beforeTag}) must be lowercase"));

        string? digest = null;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0) (digest, rest) = (rest[(at + 1)..], rest[..at]);
        colon = rest.IndexOf(':', StringComparison.Ordinal);
        string tag = colon < 0 ? "latest" : rest[(colon + 1)..], path = colon < 0 ? rest : rest[..colon];
        bool valid = path.Split('/').All(IsPathPart) && tag.Length is > 0 and <= 128 && tag.All(IsTagCharacter) && tag[0] is not ('.' or '-')
            && (digest is null || (digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Length == 71 && digest[7..].All(char.IsAsciiHexDigitLower)));
        return valid ? (new ImageReference($"{domain}/{path}", tag, digest), null) : (null, Wrong("invalid reference format"));

        string Wrong(string why) => $"Failed to apply default image tag \"{name}\": couldn't parse image name \"{name}\": {why}";
    }

    private static bool IsPathPart(string part) => part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && char.IsAsciiLetterOrDigit(part[^1])
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');

    private static bool IsTagCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
