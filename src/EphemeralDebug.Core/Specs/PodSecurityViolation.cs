namespace EphemeralDebug.Core.Specs;

/// <summary>One way in which a pod breaks a Pod Security Standard, in the API server's own words.</summary>
/// <param name="Reason">The rule: <c>privileged</c>, <c>non-default capabilities</c>, ...</param>
/// <param name="Detail">Who breaks it, and how.</param>
public sealed record PodSecurityViolation(string Reason, string Detail)
{
    /// <summary>As the server prints it in <c>violates PodSecurity "LEVEL:VERSION": ...</c>.</summary>
    public override string ToString() => $"{Reason} ({Detail})";
}
