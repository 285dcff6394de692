enum RedisRoom {}
