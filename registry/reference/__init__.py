"""The reference register 医疗互助基础库: people known from mutual aid, never itself membership."""
