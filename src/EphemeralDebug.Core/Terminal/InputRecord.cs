using System.Runtime.InteropServices;

namespace EphemeralDebug.Core.Terminal;

/// <summary>Windows' INPUT_RECORD, as far as keys need it; 20 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20)]
internal struct InputRecord
{
    internal const ushort KeyEvent = 1;

    [FieldOffset(0)] internal ushort EventType;
    [FieldOffset(4)] internal int KeyDown;
    [FieldOffset(8)] internal ushort RepeatCount;
    [FieldOffset(10)] internal ushort VirtualKey;
    [FieldOffset(14)] internal ushort Character;
    [FieldOffset(16)] internal uint ControlKeys;
}
