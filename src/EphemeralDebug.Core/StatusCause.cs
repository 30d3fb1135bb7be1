namespace EphemeralDebug.Core;

/// <summary>One thing that the server found wrong, from <c>details.causes</c> of its Status.</summary>
/// <param name="Field">The field, as a path (<c>spec.ephemeralContainers[0].image</c>); null where the cause is about none.</param>
/// <param name="Reason">A word for machines (<c>FieldValueForbidden</c>); null where there is none.</param>
/// <param name="Message">What is wrong, in the server's words.</param>
public sealed record StatusCause(string? Field, string? Reason, string Message);
