using System.Collections.Immutable;

namespace EphemeralDebug.Core.Terminal;

/// <summary>The keys that leave a session and let it run on, as kubectl spells them: <c>ctrl-p,ctrl-q</c>.</summary>
public sealed class DetachKeys
{
    private const string ControlPrefix = "ctrl-";
    private const byte Delete = 0x7f;

    private DetachKeys(ImmutableArray<byte> bytes, string text) => (Bytes, Text) = (bytes, text);

    /// <summary>What is used where nobody says otherwise: Ctrl+P, then Ctrl+Q.</summary>
    public static DetachKeys Default { get; } = Parse("ctrl-p,ctrl-q");

    /// <summary>No keys: every byte goes to the container.</summary>
    public static DetachKeys None { get; } = new([], "none");

    /// <summary>The bytes to look for; empty for <see cref="None"/>.</summary>
    public ImmutableArray<byte> Bytes { get; }

    /// <summary>As a person reads them: <c>Ctrl+P Ctrl+Q</c>; <c>none</c> where there are none.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads a comma list of characters, <c>ctrl-</c> with one of <c>@ a..z [ \ ] ^ _</c>, and <c>DEL</c>; upper and lower case are the same
    /// in <c>ctrl-</c>, what follows it, and <c>DEL</c>. Null or nothing is the default, <c>none</c> is none.
    /// </summary>
    /// <exception cref="DebugException"><c>InvalidDetachKeys</c>: a key is not one of these.</exception>
    public static DetachKeys Parse(string? keys)
    {
        if (string.IsNullOrEmpty(keys)) return Default;
        if (keys.Equals("none", StringComparison.OrdinalIgnoreCase)) return None;
        string[] spelled = keys.Split(',');
        ImmutableArray<byte> bytes = [.. spelled.Select(key => ReadKey(key) ?? throw Failure.InvalidDetachKeys(keys, key))];
        return new DetachKeys(bytes, string.Join(' ', bytes.Select(Name)));
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static byte? ReadKey(string key)
    {
        if (key.Length == 1) return key[0] is >= ' ' and < (char)Delete ? (byte)key[0] : null;
        if (key.Equals("DEL", StringComparison.OrdinalIgnoreCase)) return Delete;
        if (key.Length != ControlPrefix.Length + 1 || !key.StartsWith(ControlPrefix, StringComparison.OrdinalIgnoreCase)) return null;
        // A control key gives its letter's place in the alphabet; the signs beside the letters in ASCII count on.
        char letter = char.ToUpperInvariant(key[^1]);
        return letter is >= '@' and <= '_' ? (byte)(letter - '@') : null;
    }

    private static string Name(byte key) => key switch
    {
        < 0x20 => $"Ctrl+{(char)(key + '@')}",
        (byte)' ' => "Space",
        Delete => "DEL",
        _ => ((char)key).ToString(),
    };
}
