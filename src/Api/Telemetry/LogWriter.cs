using System.Buffers;
using System.Threading.Channels;

namespace RlsChat.Api.Telemetry;

/// <summary>Writes lines to a stream in one task: those that have gathered at once, and one flush for them.</summary>
internal sealed class LogWriter : IDisposable
{
    /// <summary>
    /// The most lines that wait. More make their authors wait too, so that none is lost when the reader of the
    /// log is slow.
    /// </summary>
    private const int MaxWaiting = 16_384;

    private readonly Channel<LogLine> _lines = Channel.CreateBounded<LogLine>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly Task _writing;

    public LogWriter(Stream output) => _writing = Task.Run(() => WriteAll(output));

    /// <summary>Takes over a finished line.</summary>
    public void Write(LogLine line)
    {
        if (!_lines.Writer.TryWrite(line) && !_writing.IsCompleted)
        {
            try
            {
                _lines.Writer.WriteAsync(line).AsTask().Wait();
            }
            catch (AggregateException closed) when (closed.InnerException is ChannelClosedException)
            {
                // Logged after the end of the program.
            }
        }
    }

    /// <summary>Writes what is left.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writing.Wait();
    }

    private async Task WriteAll(Stream output)
    {
        try
        {
            await using var buffered = new BufferedStream(output, 64 * 1024);
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    buffered.Write(line.Written);
                    line.Return();
                }

                await buffered.FlushAsync();
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            // The reader of the log is gone. The API goes on without a log.
            _lines.Writer.TryComplete();
        }
    }
}

/// <summary>One line being written, in a buffer of the shared pool.</summary>
internal sealed class LogLine : IBufferWriter<byte>
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Free(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Free(sizeHint).Span;

    /// <summary>Gives the buffer back; the line is then empty.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length) = ([], 0);
    }

    private Memory<byte> Free(int atLeast)
    {
        if (_buffer.Length - _length < Math.Max(atLeast, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + atLeast));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }
}
