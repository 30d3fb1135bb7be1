using System.Buffers;
using System.Collections.Immutable;

namespace EphemeralDebug.Core.Terminal;

/// <summary>
/// Finds the detach keys in what is typed, over any borders. The first keys of the sequence are held back until the next one decides; the
/// sequence itself and what follows it go nowhere.
/// </summary>
public sealed class DetachMatcher(DetachKeys keys)
{
    private readonly ImmutableArray<byte> _keys = keys.Bytes;
    private int _matched;

    /// <summary>Whether the sequence was typed.</summary>
    public bool IsDetached => _keys.Length > 0 && _matched == _keys.Length;

    /// <summary>Takes what was typed, and gives what of it the container is to have.</summary>
    /// <returns>Whether the sequence is complete: <see cref="IsDetached"/>.</returns>
    public bool Take(ReadOnlySpan<byte> typed, IBufferWriter<byte> passed)
    {
        if (_keys.IsEmpty) passed.Write(typed);
        else foreach (byte key in typed) TakeKey(key, passed);
        return IsDetached;
    }

    private void TakeKey(byte key, IBufferWriter<byte> passed)
    {
        if (IsDetached) return;
        // What was held back may end with a shorter beginning of the sequence: of Ctrl+P Ctrl+P Ctrl+Q only the first is the container's.
        while (_matched > 0 && key != _keys[_matched]) LetGo(_matched - LongestBeginning(_matched), passed);
        if (key == _keys[_matched]) _matched++;
        else passed.Write([key]);
    }

    private void LetGo(int count, IBufferWriter<byte> passed)
    {
        passed.Write(_keys.AsSpan()[..count]);
        _matched -= count;
    }

    /// <summary>How many of the last of the <paramref name="matched"/> keys, but not all, are also the first of the sequence.</summary>
    private int LongestBeginning(int matched)
    {
        ReadOnlySpan<byte> held = _keys.AsSpan()[..matched];
        int length = matched - 1;
        while (!held[^length..].SequenceEqual(held[..length])) length--;
        return length;
    }
}
