using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Specs;

/// <summary>
/// The names that Kubernetes takes (apimachinery <c>validation.IsDNS1123Label</c> and <c>IsDNS1123Subdomain</c>). Checked before a
/// name enters a URL.
/// </summary>
public static partial class NameRules
{
    internal const string LabelRule = "a lowercase RFC 1123 label must consist of at most 63 lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    internal const string SubdomainRule = "a lowercase RFC 1123 subdomain must consist of at most 253 lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

    /// <summary>Whether it is a lowercase RFC 1123 label of at most 63 characters: containers and namespaces.</summary>
    public static bool IsLabel(string? name) => name is { Length: > 0 and <= 63 } && Label().IsMatch(name);

    /// <summary>Whether it is a lowercase RFC 1123 subdomain of at most 253 characters: pods and nodes.</summary>
    public static bool IsSubdomain(string? name) => name is { Length: > 0 and <= 253 } && Subdomain().IsMatch(name);

    /// <summary>Whether core/v1 takes it as the name of an environment variable: printable ASCII without <c>=</c>, since 1.32.</summary>
    public static bool IsEnvironmentName(string? name) => name is { Length: > 0 } && name.All(c => c is >= ' ' and <= '~' and not '=');

    /// <summary>Returns the name of a container.</summary>
    /// <exception cref="DebugException"><c>InvalidContainerName</c></exception>
    public static string Container(string name) => IsLabel(name) ? name : throw Failure.InvalidContainerName(name);

    /// <summary>Returns the name of a pod.</summary>
    /// <exception cref="DebugException"><c>InvalidPodName</c></exception>
    public static string Pod(string name) => IsSubdomain(name) ? name : throw Failure.InvalidPodName(name);

    /// <summary>Returns the name of a namespace.</summary>
    /// <exception cref="DebugException"><c>InvalidNamespaceName</c></exception>
    public static string Namespace(string name) => IsLabel(name) ? name : throw Failure.InvalidNamespaceName(name);

    // \z and not $, which lets a line feed follow.
    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();
}
