using System.Text.RegularExpressions;

namespace EphemeralDebug.Core.Specs;

/// <summary>The grammar of image references (github.com/distribution/reference, which kubectl asks too).</summary>
internal static partial class ImageReference
{
    internal static bool IsValid(string? image) => image is not null && NameLength(image) <= 255 && Reference().IsMatch(image);

    // The repository name (host included) has at most 255 characters; the tag and the digest do not count.
    private static int NameLength(string image)
    {
        string name = image.Split('@', 2)[0];
        int colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? colon : name.Length;
    }

    [GeneratedRegex(
        @"\A(?:(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?" // host
        + @"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*" // path
        + @"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?" // tag
        + @"(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?\z", // digest
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
