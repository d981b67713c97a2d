using System.ClientModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Npgsql;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;

namespace RlsChat.Api.Answers;

/// <summary>
/// Has answers written by the model, after the response, as the person who asked: each statement is a transaction of
/// its own under the policies, with their session, so an answer ends where their right to write does. No connection is
/// held while the model is waited for.
/// </summary>
internal sealed partial class Answerer(
    IChatClient model, AnswerLimits limits, DataSources sources, OperationRunner runner, ILogger<Answerer> log) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Place> _places = [];
    private readonly HashSet<Task> _writing = [];

    /// <summary>A place for one answer, or null when the person, or this process, has no more at once.</summary>
    public Place? Reserve(Caller caller)
    {
        lock (_places)
        {
            if (_places.Count >= limits.AtOnce || _places.Count(place => place.Caller.Uid == caller.Uid) >= limits.AtOnceForPerson)
            {
                return null;
            }

            var place = new Place(this, caller);
            _places.Add(place);
            return place;
        }
    }

    /// <summary>Room for one answer; free again when it is written, or when this is disposed before that.</summary>
    internal sealed class Place(Answerer answerer, Caller caller) : IDisposable
    {
        private bool _isWriting;

        public Caller Caller => caller;

        /// <summary>Has the answer written into an open stream of the caller's.</summary>
        public void Write(Guid chat, Guid stream)
        {
            _isWriting = true;
            answerer.Begin(this, chat, stream);
        }

        public void Dispose()
        {
            if (!_isWriting)
            {
                answerer.Free(this);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Breaks off what is being written, and says so in it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        Task[] writing;
        lock (_places)
        {
            writing = [.. _writing];
        }

        await Task.WhenAll(writing).WaitAsync(cancellationToken);
    }

    public void Dispose() => _stop.Dispose();

    private void Begin(Place place, Guid chat, Guid stream)
    {
        lock (_places)
        {
            var task = Task.Run(() => Write(place, chat, stream));
            _writing.Add(task);
            task.ContinueWith(done =>
            {
                lock (_places)
                {
                    _writing.Remove(done);
                }
            }, TaskScheduler.Default);
        }
    }

    private void Free(Place place)
    {
        lock (_places)
        {
            _places.Remove(place);
        }
    }

    private async Task Write(Place place, Guid chat, Guid stream)
    {
        // The login's time-outs end what hangs: an answer that is broken off is still to be ended.
        var operation = new DatabaseOperation("answers.write", ReadOnly: false, CancellationToken.None);
        var written = new Answer(new UserDb(sources, runner, place.Caller, operation), chat, stream);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        time.CancelAfter(limits.MaxTime);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(time.Token);
        silence.CancelAfter(limits.MaxSilence);
        try
        {
            var messages = await written.Read();
            if (messages.Count == 0)
            {
                await Abandon(written, "nothing to answer", "There is no message to answer, or the newest is too long.");
                return;
            }

            var length = 0;
            await foreach (var piece in Pieces.Of(
                over => model.GetStreamingResponseAsync(messages, cancellationToken: over),
                () => silence.CancelAfter(limits.MaxSilence), silence.Token))
            {
                length += piece.Length;
                if (!await written.Append(piece) || length >= limits.MaxLength)
                {
                    break;
                }
            }

            await written.Finish();
        }
        catch (PostgresException ended) when (ended.SqlState is "RC016" or "RC017" or "RC020")
        {
            // The person has stopped it, or written into it themselves.
        }
        catch (Exception e)
        {
            // The message of the exception may hold text of the chat.
            await Abandon(written, e.GetType().Name, Why(e));
        }
        finally
        {
            Free(place);
        }
    }

    private string Why(Exception reason) => reason switch
    {
        OperationCanceledException when _stop.IsCancellationRequested => "This instance of the API is being stopped.",
        OperationCanceledException => "The model took too long.",
        ClientResultException { Status: > 0 } refused => $"The model’s API answered {refused.Status}.",
        PostgresException error => DatabaseErrors.Problem(error, deleting: false, signedIn: true)?.Detail ?? "The database failed.",
        NpgsqlException => "The database failed.",
        SessionEndedException => "The session has ended.",
        JsonException => "The model’s API answered something else than its protocol.",
        _ => "The model cannot be reached.",
    };

    private async Task Abandon(Answer written, string kind, string why)
    {
        BrokenOff(kind, why);
        try
        {
            await written.Abandon($"[The answer was broken off. {why}]");
        }
        catch (Exception e) when (e is NpgsqlException or SessionEndedException)
        {
            // The right to write has gone meanwhile, or the database: silence ends the stream.
            NotEnded(e.GetType().Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "an answer was broken off: {kind}: {reason}")]
    private partial void BrokenOff(string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a stream was left to its silence: {kind}")]
    private partial void NotEnded(string kind);
}
