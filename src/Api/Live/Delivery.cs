using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Npgsql;
using RlsChat.Api.Http;

namespace RlsChat.Api.Live;

/// <summary>
/// Where this process stands in the outbox, and who stands there with it. Who comes, comes back or could not
/// keep up is led there first, each from their own position; from then on one question serves all.
/// </summary>
internal sealed partial class Delivery(Subscriptions subscriptions, LiveMetrics metrics, ILogger<Delivery> log)
{
    /// <summary>Everybody's access is asked about at least this often; the loop comes round four times a second.</summary>
    private static readonly TimeSpan Everybody = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long what was read waits for more pages at most.</summary>
    private static readonly TimeSpan Held = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly List<Subscriber> _late = [], _live = [];
    private Asked _asked = new([]);
    private Position? _position;
    private bool _isStale = true, _isMore;
    private int _attempts;
    private long _everybody, _withoutRoom, _beat = Stopwatch.GetTimestamp();

    /// <summary>Whether there is nobody to ask for.</summary>
    public bool HasNobody => _live.Count + _late.Count == 0;

    /// <summary>On a new connection: the same position, unless it leads to another database.</summary>
    public async Task Arrive(NpgsqlConnection connection, CancellationToken stop)
    {
        var here = await Outbox.Now(connection, stop);
        if (_position is null || !_position.IsGoodAt(here))
        {
            _position = here;
            _live.ForEach(Reset);
        }
    }

    /// <summary>Asks, and delivers.</summary>
    /// <returns>Whether there is more at once.</returns>
    public async Task<bool> Turn(NpgsqlConnection connection, CancellationToken stop)
    {
        TakeIn();
        if (HasNobody)
        {
            _isStale = true;
            return false;
        }

        if (_isStale || ++_attempts > 5)
        {
            // Nobody was here to miss anything; or it cannot be read on from there, and everybody begins anew.
            _live.ForEach(subscriber => subscriber.End("failed"));
            _position = await Outbox.Now(connection, stop);
            _isStale = false;
        }

        _isMore = false;
        try
        {
            // After what was cut off between two pages there is more, and who comes now may have seen that.
            for (var isCut = true; isCut;)
            {
                isCut = _position!.UpTo is not null;
                await PullAll(connection, stop);
            }
        }
        finally
        {
            Release();
        }

        _attempts = 0;
        _live.FindAll(subscriber => subscriber.Stream is not null && subscriber.IsStuck).ForEach(subscriber => subscriber.End("slow"));
        await CatchUp(connection, stop);
        await AskAboutWhoHasNoRoom(connection, stop);

        if (Stopwatch.GetElapsedTime(_beat) >= Heartbeat)
        {
            _beat = Stopwatch.GetTimestamp();
            _live.ForEach(subscriber =>
            {
                subscriber.TryPut(new("{}", "ping")
                {
                    // What is quiet for more than a day can still be gone on with.
                    EventId = subscriber.Stream is null ? _position!.ToString() : null,
                });
                subscriber.Release();
            });
        }

        return _isMore;
    }

    /// <summary>Lets everybody have what was read for them: several pages are written to each at once.</summary>
    private void Release()
    {
        _live.ForEach(subscriber => subscriber.Release());
        _late.ForEach(subscriber => subscriber.Release());
    }

    private void TakeIn()
    {
        _late.RemoveAll(subscriber => subscriber.IsGone);
        _late.AddRange(subscriptions.TakeNew());
        if (_live.RemoveAll(subscriber => subscriber.IsGone) > 0)
        {
            _asked = new([.. _live]);
        }
    }

    /// <summary>What has happened, a page after the other.</summary>
    private async Task PullAll(NpgsqlConnection connection, CancellationToken stop)
    {
        for (var released = Stopwatch.GetTimestamp(); await PullLive(connection, stop);)
        {
            if (Stopwatch.GetElapsedTime(released) >= Held)
            {
                released = Stopwatch.GetTimestamp();
                Release();
            }
        }
    }

    /// <summary>A page for everybody who is where this process is.</summary>
    /// <returns>Whether there may be another.</returns>
    private async Task<bool> PullLive(NpgsqlConnection connection, CancellationToken stop)
    {
        var (start, started) = (_position!, Stopwatch.GetTimestamp());
        var everybody = Stopwatch.GetElapsedTime(_everybody) >= Everybody;
        var pull = await Outbox.Read(connection, start, _asked, ours: true, everybody, stop);
        _everybody = everybody ? started : _everybody;
        metrics.Lag = pull.Lag;
        Deliver(pull, start with { UpTo = pull.UpTo }, _asked.Subscribers);
        _position = pull.Last is { } last
            ? start with { UpTo = pull.UpTo, Last = last }
            : new Position(start.Place, pull.At, pull.UpTo);
        if (_live.FindAll(subscriber => subscriber is { From: not null, IsOver: false }) is { Count: > 0 } behind)
        {
            _late.AddRange(behind);
            _live.RemoveAll(behind.Contains);
            _asked = new([.. _live]);
        }

        return pull.Last is not null;
    }

    /// <summary>Who comes from afar is led here a page at a time, by turns; and not for so long that others wait for it.</summary>
    private async Task CatchUp(NpgsqlConnection connection, CancellationToken stop)
    {
        var (began, behind) = (Stopwatch.GetTimestamp(), new Queue<Subscriber>(_late));
        while (behind.TryDequeue(out var subscriber))
        {
            await CatchUp(connection, subscriber, stop);
            // Who has gone away takes nothing, however often it is read again.
            if (subscriber is { IsOver: false, From: not null, HasRoom: true })
            {
                behind.Enqueue(subscriber);
                // Next time another one is first.
                _late.Remove(subscriber);
                _late.Add(subscriber);
            }

            if (behind.Count > 0 && Stopwatch.GetElapsedTime(began) >= Held)
            {
                _isMore = true;
                break;
            }
        }
    }

    private async Task CatchUp(NpgsqlConnection connection, Subscriber subscriber, CancellationToken stop)
    {
        try
        {
            if (subscriber.From is { } shown && !shown.IsGoodAt(_position!))
            {
                Reset(subscriber);
            }

            if (subscriber is { IsOver: false, From: { } start })
            {
                if (!subscriber.HasRoom)
                {
                    if (subscriber.IsStuck)
                    {
                        subscriber.End("slow");
                    }

                    return;
                }

                start = start.UpTo is null ? start with { UpTo = _position!.After } : start;
                var pull = await Outbox.Read(connection, start, new Asked([subscriber]), ours: false, everybody: true, stop);
                // It may be less than was asked for.
                start = start with { UpTo = pull.UpTo };
                subscriber.From = null;
                Deliver(pull, start, [subscriber]);
                subscriber.Release();
                subscriber.From ??= pull.Last is { } last ? start with { Last = last }
                    : start.UpTo == _position!.After ? null
                    : new Position(start.Place, start.At, start.UpTo);
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ProgramLimitExceeded)
        {
            Reset(subscriber);
        }
        catch (PostgresException e) when (connection.FullState == ConnectionState.Open)
        {
            // One whose way cannot be read holds up nobody else.
            Refused(e.Message);
            subscriber.End("failed");
            return;
        }

        if (subscriber is not { IsOver: false, From: null })
        {
            return;
        }

        if (subscriber is { Stream: null, HasBegun: false })
        {
            Begin(subscriber, "ready");
        }

        _late.Remove(subscriber);
        _live.Add(subscriber);
        _asked = new([.. _live]);
        // Whether they may be here at all is asked with the next question.
        _everybody = 0;
        _isMore = true;
    }

    /// <summary>What waits for those who have no room is theirs only for as long as they have access.</summary>
    private async Task AskAboutWhoHasNoRoom(NpgsqlConnection connection, CancellationToken stop)
    {
        if (Stopwatch.GetElapsedTime(_withoutRoom) >= Everybody
            && _late.FindAll(subscriber => subscriber is { From: not null, HasRoom: false, IsOver: false }) is { Count: > 0 } full)
        {
            _withoutRoom = Stopwatch.GetTimestamp();
            // Nothing has happened between a snapshot and itself.
            var nothing = _position! with { UpTo = _position.After, Last = 0 };
            Deliver(await Outbox.Read(connection, nothing, new Asked(full), ours: true, everybody: true, stop), nothing, full);
        }
    }

    /// <summary>What there was since cannot be said.</summary>
    private void Reset(Subscriber subscriber)
    {
        subscriber.From = null;
        if (subscriber.Stream is null)
        {
            Begin(subscriber, "reset");
        }
    }

    private void Begin(Subscriber subscriber, string kind)
    {
        subscriber.HasBegun = true;
        if (!subscriber.TryPut(new("{}", kind) { EventId = _position!.ToString() }))
        {
            subscriber.End("slow");
        }

        subscriber.Release();
    }

    private void Deliver(Pull pull, Position batch, IReadOnlyList<Subscriber> asked)
    {
        foreach (var news in pull.Everything)
        {
            var item = Item(news, batch);
            foreach (var reader in news.Readers)
            {
                Deliver(asked[reader - 1], news, item, batch);
            }
        }
    }

    private void Deliver(Subscriber subscriber, News news, SseItem<string> item, Position batch)
    {
        switch (news.Kind)
        {
            case "end":
                subscriber.End(news.Payload!);
                break;
            // What does not fit is asked for again, because their index stays.
            case "chunk" when subscriber.Index + 1 == news.Id && subscriber.TryPut(item):
                subscriber.Index++;
                _isMore = true;
                metrics.Delivered.Add(1);
                break;
            case "finished" or "abandoned" when subscriber.TryPut(item):
                subscriber.Complete();
                metrics.Delivered.Add(1);
                break;
            case "chunk" or "finished" or "abandoned":
                break;
            // Who cannot take an event takes none after it, and goes on from there when there is room.
            case var _ when subscriber.From is null && !subscriber.TryPut(item):
                subscriber.From = batch with { Last = news.Id - 1 };
                break;
            case var _ when subscriber.From is null:
                metrics.Delivered.Add(1);
                break;
        }
    }

    private static SseItem<string> Item(News news, Position batch) => news.Kind switch
    {
        "end" => default,
        "chunk" => new(JsonSerializer.Serialize(new LiveChunk((int)news.Id, news.Payload!), ApiJson.Options), "chunk")
        {
            EventId = news.Id.ToString(CultureInfo.InvariantCulture),
        },
        "finished" => new($$"""{"messageId":{{(news.Payload is null ? "null" : $"\"{news.Payload}\"")}}}""", news.Kind),
        "abandoned" => new("{}", news.Kind),
        _ => new(news.Payload!, news.Kind) { EventId = batch.Behind(news.Id) },
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "a live stream was ended, because it could not be read on from where it stood: {Cause}")]
    private partial void Refused(string cause);
}

/// <summary>The data of a <c>chunk</c> event: a piece of an answer.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="Data">The text.</param>
internal sealed record LiveChunk(int Index, string Data);
