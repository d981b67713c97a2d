using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;

namespace RlsChat.Api.Answers;

/// <summary>Gathers what a model writes, word by word, into chunks: each is a statement.</summary>
internal static class Pieces
{
    /// <summary>In UTF-16 units: no more than 64 KB as UTF-8.</summary>
    private const int MaxPiece = 16_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    /// <summary>The texts, which together are the answer.</summary>
    /// <param name="updates">What the model writes, until that token ends it.</param>
    /// <param name="heard">Called at each update.</param>
    /// <param name="stop">Ends it.</param>
    public static async IAsyncEnumerable<string> Of(
        Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> updates, Action heard, [EnumeratorCancellation] CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await using var model = updates(over.Token).GetAsyncEnumerator(over.Token);
        var (pending, sent) = (new StringBuilder(), 0L);
        Task<bool>? next = null;
        try
        {
            for (; ; )
            {
                next ??= model.MoveNextAsync().AsTask();
                if (pending.Length > 0)
                {
                    // What is there is not kept until the model goes on.
                    await Task.WhenAny(next, Task.Delay(Interval, over.Token));
                }

                if (pending.Length == 0 || next.IsCompleted)
                {
                    if (!await next)
                    {
                        break;
                    }

                    next = null;
                    heard();
                    pending.Append(model.Current.Text);
                }

                while (pending.Length > MaxPiece || (pending.Length > 0 && Stopwatch.GetElapsedTime(sent) > Interval))
                {
                    if (Take(pending) is not { } piece)
                    {
                        break;
                    }

                    sent = Stopwatch.GetTimestamp();
                    yield return piece;
                }
            }
        }
        finally
        {
            // An enumerator is not left while it moves.
            await over.CancelAsync();
            await (next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while (pending.Length > 0)
        {
            yield return Take(pending) ?? Clean(pending, pending.Length);
        }
    }

    /// <summary>The first piece; null while it is half of a character.</summary>
    private static string? Take(StringBuilder pending)
    {
        var length = Math.Min(pending.Length, MaxPiece);
        length -= char.IsHighSurrogate(pending[length - 1]) ? 1 : 0;
        return length == 0 ? null : Clean(pending, length);
    }

    /// <summary>Takes so much of it, as PostgreSQL can store it.</summary>
    private static string Clean(StringBuilder pending, int length)
    {
        var text = pending.ToString(0, length);
        pending.Remove(0, length);
        // Half a character becomes U+FFFD.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
    }
}
