using System.Buffers;
using System.Text.Json;

namespace EphemeralDebug.Core.Api;

/// <summary>
/// Splits the JSON of a Kubernetes list, while it arrives, into its elements. Only one element is in memory, however long the
/// list is; no byte is scanned twice, however small the pieces are in which it comes.
/// </summary>
internal sealed class ListSplitter(Stream stream, int bufferSize = 64 * 1024) : IDisposable
{
    // etcd holds no object of more than a few MiB; who sends more wants to fill our memory.
    private const int LargestElement = 64 * 1024 * 1024;

    private enum Property { Other, Metadata, Items, ResourceVersion, Continue }

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
    private int _filled;
    private int _scanned;
    private int _elementStart = -1;
    private int _elementEnd;
    private bool _isInItems;
    private bool _isCommaDue;
    private bool _isInMetadata;
    private bool _sawItems;
    private bool _isComplete;
    private Property _property;
    private JsonReaderState _state;
    private ObjectScanner _element;

    /// <summary>The version of the list; known at the latest when it has been read to its end.</summary>
    internal string? ResourceVersion { get; private set; }

    /// <summary>The token that asks for the next page; null on the last one.</summary>
    internal string? Continue { get; private set; }

    /// <summary>The element that the last <see cref="ReadAsync"/> came to, valid until the next.</summary>
    internal ReadOnlySpan<byte> Current => _buffer.AsSpan(_elementStart, _elementEnd - _elementStart);

    /// <summary>Goes on to the next element; false where there is none any more.</summary>
    /// <exception cref="JsonException">What comes is not the JSON of a list.</exception>
    /// <exception cref="EndOfStreamException">The stream ended before the list did.</exception>
    internal async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _elementStart = -1;
        while (!Scan())
        {
            if (_isComplete) return _sawItems ? false : throw new JsonException("The answer has no items.");
            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException();
            _filled += count;
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // True at the end of an element; false where the list or the bytes are at their end.
    private bool Scan()
    {
        while (true)
        {
            if (_isInItems && ScanElement()) return true;
            if (!_isInItems) ScanOutside();
            if (!_isInItems || _scanned == _filled) return false;
        }
    }

    private void ScanOutside()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_scanned, _filled - _scanned), isFinalBlock: false, _state);
        while (!_isComplete && !_isInItems && reader.Read()) OutsideElements(ref reader);
        _state = reader.CurrentState;
        _scanned += (int)reader.BytesConsumed;
    }

    // The reader never sees the elements: it stops after the '[' and goes on at the ']', as if the array were empty.
    private bool ScanElement()
    {
        while (_elementStart < 0 && _scanned < _filled)
        {
            var b = _buffer[_scanned];
            if (b == '{' && !_isCommaDue) (_elementStart, _element) = (_scanned, default);
            else if (b == ',' && _isCommaDue) (_isCommaDue, _scanned) = (false, _scanned + 1);
            else if (b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') _scanned++;
            else if (b == ']')
            {
                _isInItems = false;
                return false;
            }
            else throw new JsonException("An item of the answer is no JSON object.");
        }
        if (_elementStart < 0) return false;
        var length = _element.Scan(_buffer.AsSpan(_scanned, _filled - _scanned));
        _scanned = length < 0 ? _filled : _scanned + length;
        if (length < 0) return false;
        (_elementEnd, _isCommaDue) = (_scanned, true);
        return true;
    }

    private void OutsideElements(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType, reader.CurrentDepth)
        {
            case (JsonTokenType.PropertyName, 1):
                _property = reader.ValueTextEquals("metadata"u8) ? Property.Metadata
                    : reader.ValueTextEquals("items"u8) ? Property.Items : Property.Other;
                break;
            case (JsonTokenType.PropertyName, 2) when _isInMetadata:
                _property = reader.ValueTextEquals("resourceVersion"u8) ? Property.ResourceVersion
                    : reader.ValueTextEquals("continue"u8) ? Property.Continue : Property.Other;
                break;
            case (JsonTokenType.StartObject, 1):
                _isInMetadata = _property == Property.Metadata;
                break;
            case (JsonTokenType.EndObject, 1):
                _isInMetadata = false;
                break;
            case (JsonTokenType.StartArray, 1):
                _isInItems = _sawItems = _property == Property.Items;
                break;
            case (JsonTokenType.Null, 1) when _property == Property.Items:
                _sawItems = true;
                break;
            case (JsonTokenType.String, 2) when _isInMetadata && _property == Property.ResourceVersion:
                ResourceVersion = reader.GetString();
                break;
            case (JsonTokenType.String, 2) when _isInMetadata && _property == Property.Continue:
                Continue = reader.GetString() is { Length: > 0 } token ? token : null;
                break;
            case (JsonTokenType.EndObject, 0):
                _isComplete = true;
                break;
            case (not JsonTokenType.StartObject, 0):
                throw new JsonException("The answer is no JSON object.");
            default:
                break;
        }
    }

    // Moves what is still needed (the element that has begun, else what is not scanned) to the front of a buffer with room.
    private void MakeRoom()
    {
        var keep = _elementStart >= 0 ? _elementStart : _scanned;
        var target = _buffer;
        if (keep == 0 && _filled == _buffer.Length)
        {
            if (_buffer.Length >= LargestElement) throw new JsonException("An object of the answer is larger than any that Kubernetes keeps.");
            target = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        }
        _buffer.AsSpan(keep, _filled - keep).CopyTo(target);
        if (target != _buffer) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = target;
        _filled -= keep;
        _scanned -= keep;
        if (_elementStart >= 0) _elementStart = 0;
    }
}
