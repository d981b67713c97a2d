using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>An answer that is written piece by piece, as steps of a history: appended to, and finished.</summary>
internal sealed class Answering(World world, int number)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private readonly Rules rules = new(world);

    /// <summary>Half of the time by who opened it.</summary>
    public Step Of(Person? me, int kind, int n) =>
        world.Any<Stream>(n, s => s.Opener is not null && !s.Finished) is not { } stream ? Step.Pass(me?.Key)
        : (n % 2 == 0 ? world.Find<Person>(stream.Opener) : me) is var writer && kind % 5 < 3 ? Append(writer, stream, kind / 5, n)
        : Finish(writer, stream);

    // "I, and appends to a stream they opened": mostly the next piece, or one that is there, or another.
    private Step Append(Person? me, Stream stream, int kind, int n)
    {
        var pieces = world.All<Chunk>().Where(c => c.Stream == stream.Key).ToList();
        var index = (kind % 4) switch { 0 when pieces.Count > 0 => Worlds.Pick(pieces, n).Index, 1 => 50 + n % 9, _ => pieces.Count };
        var chunk = new Chunk(stream.Key, index, kind % 3 == 0 ? "other" : "chunk");
        var there = pieces.Find(c => c.Index == index);
        return new(me?.Key, $"select public.append_chunk('{stream.Key}', {index}, '{chunk.Data}') is not null",
            me is null ? Denied
            : !rules.Sees(me.Key, stream) ? null
            : !rules.MayInsert(me.Key, chunk) ? Denied
            : stream.Finished ? "RC016"
            : there is not null && there.Data != chunk.Data ? "RC020" : null,
            rules.Sees(me?.Key, stream) ? "true" : "false", (w, answer) =>
            {
                if (answer == "true")
                {
                    w.Put(chunk);
                }
            });
    }

    // All of its pieces become one message of who opened it, at its price.
    private Step Finish(Person? me, Stream stream)
    {
        var mine = me is not null && stream.Opener == me.Key && rules.MayWrite(me.Key, world.The<Chat>(stream.Chat));
        var indexes = world.All<Chunk>().Where(c => c.Stream == stream.Key).Select(c => c.Index).Order().ToList();
        var message = new Message(World.Id(0x40, number), stream.Chat, me?.Key, "answer");
        return new(me?.Key, $"""select "id" from public.finish_stream('{stream.Key}', message_id => '{message.Key}')""",
            me is null ? Denied
            : !mine ? null
            : stream.Finished ? "RC016"
            : indexes.Count == 0 || !indexes.SequenceEqual(Enumerable.Range(0, indexes.Count)) ? "RC018"
            : me.Balance < Loading.StreamPrice ? "RC005" : null,
            mine ? message.Key : "", (w, answer) =>
            {
                if (answer != "")
                {
                    w.Put(message);
                    w.Put(stream with { Finished = true, Message = message.Key });
                    w.Put(me! with { Balance = me.Balance - Loading.StreamPrice });
                    w.Put(new Quota(me.Key, "messages"));
                }
            });
    }
}
