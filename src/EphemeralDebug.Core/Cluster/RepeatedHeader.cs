using System.Text;

namespace EphemeralDebug.Core.Cluster;

/// <summary>
/// Writes one header several times. Kubernetes takes each Impersonate-Group line for a group, but .NET joins the values of a header into one
/// line, which would name a single group "dev, ops". So the values are joined with a character of private use, which this encoding writes as the
/// end of the line and the header's name again. It works in HTTP/1.1 only, where a header is a line.
/// </summary>
internal sealed class RepeatedHeader(string name) : Encoding
{
    private const char Separator = '\uE000';
    private readonly byte[] _next = UTF8.GetBytes($"\r\n{name}: ");

    /// <summary>The values as one; null where one of them cannot be sent.</summary>
    internal static string? Join(IEnumerable<string> values) => values.Any(value => value.Any(c => char.IsControl(c) || c == Separator)) ? null : string.Join(Separator, values);

    internal static bool IsJoined(string value) => value.Contains(Separator, StringComparison.Ordinal);

    public override int GetByteCount(char[] chars, int index, int count) => Encode(chars.AsSpan(index, count)).Length;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)
    {
        byte[] encoded = Encode(chars.AsSpan(charIndex, charCount));
        encoded.CopyTo(bytes, byteIndex);
        return encoded.Length;
    }

    public override int GetMaxByteCount(int charCount) => charCount * Math.Max(4, _next.Length);

    public override int GetCharCount(byte[] bytes, int index, int count) => throw new NotSupportedException();

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => throw new NotSupportedException();

    public override int GetMaxCharCount(int byteCount) => throw new NotSupportedException();

    private byte[] Encode(ReadOnlySpan<char> chars) =>
        [.. chars.ToString().Split(Separator).SelectMany((value, index) => index == 0 ? UTF8.GetBytes(value) : [.. _next, .. UTF8.GetBytes(value)])];
}
