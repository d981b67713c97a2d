using Npgsql;
using NpgsqlTypes;
using RlsChat.Api.Http;

namespace RlsChat.Api.Data;

/// <summary>
/// The value of a positional parameter with its PostgreSQL type: nulls have one too, so that each statement is
/// prepared once.
/// </summary>
internal readonly struct Arg
{
    private readonly NpgsqlDbType _type;
    private readonly object? _value;

    private Arg(NpgsqlDbType type, object? value) => (_type, _value) = (type, value);

    public NpgsqlParameter Parameter => new() { NpgsqlDbType = _type, Value = _value ?? DBNull.Value };

    public static Arg Json(string? text) => new(NpgsqlDbType.Json, text);

    public static Arg Texts(string?[]? values) => new(NpgsqlDbType.Array | NpgsqlDbType.Text, values);

    public static Arg Jsonb(string? text) => new(NpgsqlDbType.Jsonb, text);

    public static implicit operator Arg(Guid? value) => new(NpgsqlDbType.Uuid, value);

    public static implicit operator Arg(Guid value) => new(NpgsqlDbType.Uuid, value);

    public static implicit operator Arg(Id value) => new(NpgsqlDbType.Uuid, value.Value);

    public static implicit operator Arg(IfMatch value) => Texts(value.Tags);

    public static implicit operator Arg(string? value) => new(NpgsqlDbType.Text, value);

    public static implicit operator Arg(int value) => new(NpgsqlDbType.Integer, value);

    public static implicit operator Arg(long value) => new(NpgsqlDbType.Bigint, value);

    public static implicit operator Arg(decimal? value) => new(NpgsqlDbType.Numeric, value);

    public static implicit operator Arg(bool value) => new(NpgsqlDbType.Boolean, value);

    public static implicit operator Arg(DateTime value) => new(NpgsqlDbType.Timestamp, value);

    public static implicit operator Arg(Moment? value) => new(NpgsqlDbType.Timestamp, value?.Value);

    public static implicit operator Arg(bool? value) => new(NpgsqlDbType.Boolean, value);

    public static implicit operator Arg(byte[] value) => new(NpgsqlDbType.Bytea, value);
}
