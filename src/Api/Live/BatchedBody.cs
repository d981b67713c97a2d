using System.Buffers;
using System.IO.Pipelines;

namespace RlsChat.Api.Live;

/// <summary>
/// The response body of a subscription. Items are sent by <see cref="Send"/>, when no more wait: a client that gets a
/// hundred events at once is written to once, not a hundred times.
/// </summary>
internal sealed class BatchedBody(PipeWriter body) : Stream
{
    /// <summary>How many bytes may be held back.</summary>
    private const int Most = 32 * 1024;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends what was written, and waits until the client takes it.</summary>
    public async ValueTask Send(CancellationToken stop) => await body.FlushAsync(stop);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        body.Write(buffer.Span);
        return body.UnflushedBytes > Most ? Send(cancellationToken) : ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer.AsSpan(offset, count));

    /// <summary>Does nothing: the formatter of events calls it after each.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
